import type { Registry } from "../clients/registry.ts";
import type { RegistrationFacts } from "../facts.ts";
import type { Address, Hex } from "../protocol/hex.ts";
import type { RecordDraft } from "../protocol/record.ts";

/** Reads all that a decision about a registration may know, at the newest block. */
export async function observeRegistration(draft: RecordDraft, registry: Registry): Promise<RegistrationFacts> {
  const { number } = await registry.readHead();
  const contract = draft.contractAddress;
  const signersWithCode = await findContracts(draft.signers, { registry, block: number });
  const full = { ...draft, contractSigners: draft.contractSigners ?? signersWithCode };
  const [executor, existing, owner, pendingOwner, curator, implementation, admin] = await Promise.all([
    registry.executorOf(full),
    registry.readRecord(contract, number),
    registry.readOwner(contract, number),
    registry.readPendingOwner(contract, number),
    registry.readCurator(number),
    registry.readImplementation(contract, number),
    observeAdmin(contract, { registry, block: number }),
  ]);
  const { chainId, registry: address } = registry.domain;
  const found = { executor, existing, owner, pendingOwner, curator, implementation, admin };
  return { chainId, registry: address, draft: full, signersWithCode, ...found };
}

interface At {
  readonly registry: Registry;
  readonly block: number;
}

/** A signer whose code is a designator of EIP-7702 is an account that signs by its key (protocol §3). */
async function findContracts(signers: readonly Address[], { registry, block }: At): Promise<Address[]> {
  const codes = await Promise.all(signers.map((signer) => registry.readCode(signer, block)));
  return signers.filter((_, i) => isContract(codes[i] ?? "0x"));
}

function isContract(code: Hex): boolean {
  return code !== "0x" && !/^0xef0100[0-9a-f]{40}$/i.test(code);
}

async function observeAdmin(proxy: Address, { registry, block }: At): Promise<RegistrationFacts["admin"]> {
  const account = await registry.readAdmin(proxy, block);
  if (!account) return undefined;
  const isPlainAccount = !isContract(await registry.readCode(account, block));
  return { account, owner: isPlainAccount ? account : await registry.readOwner(account, block) };
}
