import type { Random } from "./random.ts";

const fileCount = 20_000;
const binaryCount = 400;
const directoryCount = 2_500;
const deepest = 8;
const syllables = ["ab", "con", "de", "er", "fi", "gra", "in", "ko", "lu", "mo", "per", "qui", "ro", "st", "ta", "un"];

/** A file of the generated repository. `path` relative to its root. */
export interface GeneratedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** The writer of a repository's files: all that is random in it is drawn here, so the order of calls counts. */
export interface Content {
  readonly files: () => Generator<GeneratedFile>;
  /** The file again with one line replaced, as an edit leaves it. */
  readonly edit: (text: Buffer) => Buffer;
}

/** 20,000 files in directories down to eight deep: text of 1 to 30 KB that packs about 3:1, and binaries up to 5 MB. */
export function openContent(random: Random): Content {
  const words = Array.from({ length: 4_096 }, () => toWord(random));

  function toLine(): string {
    let line = " ".repeat(2 * random.below(4));
    for (let left = 3 + random.below(10); left > 0; left--) line += `${toCommonWord()} `;
    return `${line}\n`;
  }

  /** Some words are far more frequent than others, as in any language. */
  function toCommonWord(): string {
    const draw = random.below(1 << 16) / (1 << 16);
    return words[Math.floor(words.length * draw ** 3)] ?? "";
  }

  function toText(): Buffer {
    const size = 1_024 + Math.floor(29 * 1_024 * (random.below(1 << 16) / (1 << 16)) ** 2);
    let text = "";
    while (text.length < size) text += toLine();
    return Buffer.from(text, "latin1");
  }

  function toBinary(): Buffer {
    return random.bytes(4_096 + Math.floor(5_000_000 * (random.below(1 << 16) / (1 << 16)) ** 24));
  }

  return {
    *files() {
      const directories = toDirectories(random);
      for (let index = 0; index < fileCount; index++) {
        const isBinary = index % (fileCount / binaryCount) === 0;
        const directory = directories[random.below(directories.length)] ?? "";
        const path = `${directory}${toWord(random)}-${index}.${isBinary ? "bin" : "txt"}`;
        yield { path, bytes: isBinary ? toBinary() : toText() };
      }
    },
    edit(text) {
      const end = text.indexOf("\n", random.below(text.length - 1)) + 1;
      const start = text.lastIndexOf("\n", end - 2) + 1;
      return Buffer.concat([text.subarray(0, start), Buffer.from(toLine(), "latin1"), text.subarray(end)]);
    },
  };
}

/** Each below one that was drawn before it, "" being the root; all others end in a slash. */
function toDirectories(random: Random): readonly string[] {
  const directories = [""];
  while (directories.length < directoryCount) {
    const parent = directories[random.below(directories.length)] ?? "";
    if (parent.split("/").length <= deepest) directories.push(`${parent}${toWord(random)}-${directories.length}/`);
  }
  return directories;
}

function toWord(random: Random): string {
  let word = "";
  for (let left = 1 + random.below(4); left > 0; left--) word += syllables[random.below(syllables.length)] ?? "";
  return word;
}
