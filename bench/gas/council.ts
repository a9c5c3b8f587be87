import { concat, TypedDataEncoder, type TypedDataField, type Wallet, ZeroAddress } from "ethers";
import { registryInterface } from "../../src/clients/registry/calldata.ts";
import { type Approval, approvalTypes, toEip712Domain } from "../../src/protocol/approval.ts";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { messageTypes } from "../../src/protocol/messages.ts";
import { deployRegistry } from "../../test/helpers/registry.ts";
import { mustSend } from "./parts.ts";
import { signHash } from "./safe.ts";
import { addressOf, type Move, type Stage } from "./stage.ts";

export interface CouncilSize {
  readonly size: number;
  readonly threshold: number;
}

/** The registry with records of one size of council. Every method answers gas. */
export interface Councils {
  /** Answers the record's executor too. */
  register(contract: Address): Promise<{ readonly gas: number; readonly executor: Address }>;
  /** Moves as many records at once, each with its upgrade. */
  finalize(moves: readonly Move[]): Promise<number>;
  schedule(moves: readonly Move[]): Promise<number>;
  execute(moves: readonly Move[]): Promise<number>;
  /** Gives a record a delay, in seconds. */
  delay(contract: Address, seconds: number): Promise<number>;
}

const buildHash = `0x${"b5".repeat(32)}` as const;

export async function openCouncils(stage: Stage, { size, threshold }: CouncilSize): Promise<Councils> {
  const { anvil, sender } = stage;
  const { address: registry, domain } = await deployRegistry(anvil);
  const owners = stage.toOwners(size);
  const signers = owners.map(addressOf);
  const versions = new Map<Address, number>();

  async function send(name: string, args: readonly unknown[]): Promise<number> {
    const { gasUsed } = await mustSend(sender, {
      to: registry,
      data: registryInterface.encodeFunctionData(name, args),
    });
    return Number(gasUsed);
  }
  async function now(): Promise<number> {
    return (await anvil.provider.getBlock("latest"))?.timestamp ?? 0;
  }
  function sign(types: Record<string, TypedDataField[]>, message: object): string {
    const digest = TypedDataEncoder.hash(toEip712Domain(domain), types, message);
    return concat(owners.slice(0, threshold).map((owner: Wallet) => signHash(owner, digest)));
  }
  function nextVersion(contract: Address): number {
    return (versions.get(contract) ?? 0) + 1;
  }
  async function toApproval(moves: readonly Move[]): Promise<Approval> {
    const upgrades = moves.map((move) => toUpgrade(move, nextVersion(move.contract)));
    return { upgrades, deadline: (await now()) + 86_400 };
  }
  function moved(contracts: readonly Address[]): void {
    for (const contract of contracts) versions.set(contract, nextVersion(contract));
  }
  const waiting = new Map<readonly Move[], Approval>();

  return {
    async register(contract) {
      const link = `https://github.com/acme/protocol/tree/${"0".repeat(40)}/contracts/core/vaults/v`;
      const gas = await send("register", [contract, buildHash, link, signers, 0, threshold]);
      moved([contract]);
      const data = registryInterface.encodeFunctionData("executor", [contract]);
      const answer = await anvil.provider.call({ to: registry, data });
      return { gas, executor: toAddress(String(registryInterface.decodeFunctionResult("executor", answer)[0])) };
    },
    async finalize(moves) {
      const approval = await toApproval(moves);
      const gas = await send("finalize", [approval, sign(approvalTypes, approval)]);
      moved(moves.map(({ contract }) => contract));
      return gas;
    },
    async schedule(moves) {
      const approval = await toApproval(moves);
      waiting.set(moves, approval);
      return send("schedule", [approval, sign(approvalTypes, approval)]);
    },
    async execute(moves) {
      const gas = await send("execute", [waiting.get(moves)]);
      moved(moves.map(({ contract }) => contract));
      return gas;
    },
    async delay(contract, seconds) {
      const none = { authority: ZeroAddress, guardian: ZeroAddress, gate: ZeroAddress, commitReveal: false };
      const council = { signers, contractSigners: 0, minSignatures: threshold, delay: seconds, ...none };
      const rotation = {
        contractAddress: contract,
        version: nextVersion(contract),
        ...council,
        deadline: (await now()) + 86_400,
      };
      const gas = await send("rotate", [rotation, sign(messageTypes.Rotation, rotation)]);
      moved([contract]);
      return gas;
    },
  };
}

function toUpgrade({ contract, implementation, codeHash, contractHash, contractLink, upgrade }: Move, version: number) {
  return {
    contractAddress: contract,
    version,
    contractHash,
    contractLink,
    buildHash,
    code: [{ account: implementation, codeHash }],
    calls: [{ target: contract, value: 0n, minGas: 0n, data: upgrade as `0x${string}` }],
  };
}
