import type { Problem } from "../errors.ts";
import { findNameProblems } from "./path-name.ts";
import { findTwins } from "./path-twins.ts";
import { parsePath } from "./printable-path.ts";

/** Everything that protocol §2 refuses in the paths of one directory, each alone and all together. */
export function findPathProblems(paths: readonly Uint8Array[]): Problem[] {
  const texts = paths.map(parsePath).filter((text) => text !== undefined);
  return [...paths.flatMap(findNameProblems), ...findTwins(texts)];
}
