import { concat, TypedDataEncoder, toBeHex, zeroPadValue } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { approvalTypes, toEip712Domain } from "../../src/protocol/approval.ts";
import type { Address } from "../../src/protocol/hex.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import { sendMined } from "../helpers/registry.ts";
import { buildParts, mustSend } from "./artifacts.ts";
import { type Councils, openCouncils } from "./council.ts";
import { openSafes, type Safe, signHash } from "./safe.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
let councils: Councils;
let safe: Safe;

beforeAll(async () => {
  await buildParts();
  stage = await openStage();
  councils = await openCouncils(stage, { size: 8, threshold: 6 });
  safe = await (await openSafes(stage)).create({ size: 9, threshold: 6 });
});
afterAll(() => stage[Symbol.asyncDispose]());

/** A vault whose record has eight accounts and the Safe as signers, six of whom must sign. */
async function registerVault(): Promise<Address> {
  const vault = await stage.deployVault(stage.owner);
  const accounts = stage.toOwners(8).map(({ address }) => address);
  const signers = [...accounts, safe.address].sort((one, two) => (one.toLowerCase() < two.toLowerCase() ? -1 : 1));
  const link = `https://github.com/acme/protocol/tree/${"0".repeat(40)}/contracts/core/vaults/v`;
  const args = [vault, `0x${"11".repeat(32)}`, link, signers, 1 << signers.indexOf(safe.address), 6];
  await mustSend(stage.sender, { to: councils.registry, data: registryInterface.encodeFunctionData("register", args) });
  const executor = registryInterface.encodeFunctionData("executor", [vault]);
  const answer = await stage.anvil.provider.call({ to: councils.registry, data: executor });
  await stage.transferVault(vault, registryInterface.decodeFunctionResult("executor", answer)[0]);
  return vault;
}

it("is a Safe of nine owners, six of whom sign, as one of nine signers", async () => {
  const vault = await registerVault();
  const move = await stage.nextMove(vault);
  const approval = await councils.toApproval([move]);
  const digest = TypedDataEncoder.hash(toEip712Domain(councils.domain), approvalTypes, approval);

  function toFinalize(bytes: string): { readonly to: Address; readonly data: string } {
    const length = toBeHex((bytes.length - 2) / 2, 32);
    const entries = [
      ...stage
        .toOwners(8)
        .slice(0, 5)
        .map((account) => ({ address: account.address, entry: signHash(account, digest) })),
      { address: safe.address, entry: concat([zeroPadValue(safe.address, 32), length, "0x00", bytes]) },
    ].sort((one, two) => (one.address.toLowerCase() < two.address.toLowerCase() ? -1 : 1));
    const signatures = concat(entries.map(({ entry }) => entry));
    return { to: councils.registry, data: registryInterface.encodeFunctionData("finalize", [approval, signatures]) };
  }

  const forged = await sendMined(stage.sender, {
    ...toFinalize(safe.sign(`0x${"12".repeat(32)}`)),
    gasLimit: 2_000_000,
  });
  expect(forged.status).toBe(0);
  await mustSend(stage.sender, toFinalize(safe.sign(digest)));
  expect(await councils.readRecord(vault)).toMatchObject({ version: 2, contractHash: move.contractHash });
});
