import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { referencesAbi, registryAbi } from "../../src/protocol/registry-abi.ts";

/** They store nothing, or only what is the sender's own, or what anybody may keep. */
const open = ["advance", "deploy", "keep", "propose", "write"];

it("has every function that changes anything tried by those who may not, over all states (I13)", () => {
  const tried = readFileSync("contracts/test/base/EveryFunction.sol", "utf8");
  const names = [...registryAbi, ...referencesAbi]
    .filter((entry) => entry.type === "function" && ["nonpayable", "payable"].includes(entry.stateMutability))
    .map((entry) => ("name" in entry ? entry.name : ""));
  const untried = names.filter(
    (name) => !new RegExp(`abi\\.encodeCall\\((registry|references)\\.${name},`).test(tried),
  );
  expect(untried.toSorted()).toEqual(open);
});
