import type { SourcePackage } from "../protocol/build-package.ts";
import type { HashedSource } from "../protocol/build-sources.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import { toColumns } from "./terminal.ts";
import { toVisible } from "./visible.ts";

/** What a build read outside the registered directory, of one package; without one: the project's own files. */
export interface OutsideWords {
  readonly package?: SourcePackage;
  readonly version: { readonly version: string; readonly source: string } | undefined;
  readonly hash: Bytes32;
  readonly sources: readonly HashedSource[];
}

/** The check of a build in a terminal: what was held against the directory, and all that it did not cover. */
export function explainBuildCheck({
  compiler,
  contractHash,
  inside,
  dependencies,
}: {
  readonly compiler: string;
  readonly contractHash: Bytes32;
  readonly inside: readonly HashedSource[];
  readonly dependencies: readonly OutsideWords[];
}): string {
  const head = toColumns([
    ["Compiler", compiler],
    ["Directory", contractHash],
    ["Sources in it", `${inside.length}, byte for byte as the directory has them`],
    [
      "Outside it",
      dependencies.length === 0 ? "nothing" : `${count(dependencies)}, which the contract hash does not cover`,
    ],
  ]);
  return [head, ...dependencies.map(explainOutside)].join("\n\n");
}

function explainOutside({ package: found, version, hash, sources }: OutsideWords): string {
  const claim = version ? `${version.version} (says ${version.source})` : "version unknown";
  const name = found ? `${found.name} ${claim}` : "the project's own files";
  const lines = sources.map(({ path, sha256 }) => `  ${sha256}  ${toVisible(path)}`);
  return [toVisible(name), `  ${hash}`, ...lines].join("\n");
}

function count(dependencies: readonly OutsideWords[]): string {
  const sources = dependencies.reduce((sum, one) => sum + one.sources.length, 0);
  return sources === 1 ? "1 source" : `${sources} sources`;
}
