import { countChanges, type FileChanges } from "../protocol/file-changes.ts";
import { toCode, toDetails } from "./markdown.ts";
import { toVisible } from "./visible.ts";

/** The comment has other things to say too, also where somebody's paths are long; the whole list is `countersign hash --diff`. */
const mostLines = 200;
const mostCharacters = 15_000;

const signs = { added: "+", removed: "-", changed: "~" } as const;

/** `2 files: 1 added, 1 changed`. */
export function summarizeFiles(files: FileChanges): string {
  const count = countChanges(files);
  const parts = kinds.filter((kind) => files[kind].length > 0).map((kind) => `${files[kind].length} ${kind}`);
  const noun = count === 1 && !files.isCut ? "file" : "files";
  if (count === 0) return files.isCut ? "Too many folders to compare" : "No file changed";
  return `${files.isCut ? "More than " : ""}${count} ${noun}: ${parts.join(", ")}`;
}

/** Folded, for the comment. */
export function explainFiles(files: FileChanges): string {
  if (countChanges(files) === 0 && !files.isCut) return summarizeFiles(files);
  const lines = toLines(files).map(([sign, path]) => `- \`${sign}\` ${toCode(path)}`);
  const shown = cutLines(lines);
  const more = shown.length < lines.length || files.isCut ? ["- … `countersign hash --diff` lists them all"] : [];
  return toDetails(summarizeFiles(files), [...shown, ...more].join("\n"));
}

function cutLines(lines: readonly string[]): readonly string[] {
  let left = mostCharacters;
  const end = lines.findIndex((line, index) => {
    left -= line.length;
    return left < 0 || index === mostLines;
  });
  return end === -1 ? lines : lines.slice(0, end);
}

/** One line for each file, for a terminal. */
export function listFiles(files: FileChanges): string {
  return toLines(files)
    .map(([sign, path]) => `${sign} ${toVisible(path)}`)
    .join("\n");
}

const kinds = ["added", "removed", "changed"] as const;

/** In the order of the paths, so that what was moved or renamed stands near. */
function toLines(files: FileChanges): (readonly [string, string])[] {
  const lines = kinds.flatMap((kind) => files[kind].map((path) => [signs[kind], path] as const));
  return lines.toSorted(([, one], [, two]) => (one < two ? -1 : 1));
}
