import type { Row } from "./row.ts";
import { measureBuiltin } from "./tree-hash/builtin.ts";
import { openGiantRepository } from "./tree-hash/giant-repository.ts";
import { openContractsRepository } from "./tree-hash/package-repository.ts";
import { measurePeak } from "./tree-hash/peak-memory.ts";
import { openGeneratedRepository } from "./tree-hash/repository.ts";
import { measurePush } from "./tree-hash/three-file-push.ts";
import { measureWholeTree, toRequest } from "./tree-hash/whole-tree.ts";

/** In MiB: with native git, whatever the size. */
const limit = 200;

/** The tree hash of a local bare repository, every object verified, beside what the system's own tools take. */
export async function measure(): Promise<readonly Row[]> {
  const large = { name: "20,000 files, 300 MB", ...(await openGeneratedRepository()) };
  const contracts = await openContractsRepository();
  const giant = { name: "one file of 1 GiB", ...(await openGiantRepository()) };
  return [
    ...(await measureWholeTree(large, { rounds: 3, before: 1 })),
    ...(await measurePeak(`${large.name}: whole tree`, { request: toRequest(large), limit })),
    ...(await measurePush(large, 6)),
    ...(await measureBuiltin(large, 1)),
    ...(await measureWholeTree(contracts, { rounds: 15, before: 11 })),
    ...(await measureBuiltin(contracts, 3)),
    ...(await measurePeak(giant.name, { request: toRequest(giant), limit })),
  ];
}
