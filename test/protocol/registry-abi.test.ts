import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { readRegistryInput } from "../../contracts/script/registry-input.ts";
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

// What it compiles to is compared in test/deep/registry-input.test.ts.
it("is published with the settings that it is compiled with", () => {
  const { settings: published } = readRegistryInput();
  const { viaIR, evmVersion, optimizer } = z
    .object({ viaIR: z.boolean(), evmVersion: z.string(), optimizer: z.object({ runs: z.number() }) })
    .parse(published);
  const settings = readFileSync("foundry.toml", "utf8");
  expect(settings).toContain(`name = "deployed", via_ir = ${viaIR}, optimizer_runs = ${optimizer.runs} }`);
  expect(settings).toContain(`evm_version = "${evmVersion}"`);
});
