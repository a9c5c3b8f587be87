import { concat, TypedDataEncoder, type TypedDataField, type Wallet, ZeroAddress } from "ethers";
import { type Approval, approvalTypes, type Domain, toEip712Domain } from "../../src/protocol/approval.ts";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { messageTypes } from "../../src/protocol/messages.ts";
import { byAddress } from "../../src/protocol/record.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import { deployRegistry } from "../helpers/registry.ts";
import { mustSend } from "./artifacts.ts";
import { signHash } from "./safe.ts";
import { addressOf, type Move, type Stage } from "./stage.ts";

export interface CouncilSize {
  readonly size: number;
  readonly threshold: number;
}

/** What a rotation chooses beside the signers, who stay; what is left out is none. */
export interface ChosenRules {
  readonly authority?: Address;
  /** In seconds. */
  readonly delay?: number;
}

/** The registry with records of one size of council. What sends answers gas. */
export interface Councils {
  readonly registry: Address;
  readonly domain: Domain;
  /** Answers the record's executor too. */
  register(contract: Address): Promise<{ readonly gas: number; readonly executor: Address }>;
  /** Moves as many records at once, each with its upgrade. */
  finalize(moves: readonly Move[]): Promise<number>;
  schedule(moves: readonly Move[]): Promise<number>;
  execute(moves: readonly Move[]): Promise<number>;
  rotate(contract: Address, rules: ChosenRules): Promise<number>;
  toApproval(moves: readonly Move[]): Promise<Approval>;
  readRecord(contract: Address): Promise<RecordOnChain>;
  readReferences(): Promise<Address>;
}

export interface RecordOnChain {
  readonly contractHash: string;
  readonly contractLink: string;
  readonly version: number;
}

const buildHash = `0x${"b5".repeat(32)}` as const;

export async function openCouncils(stage: Stage, { size, threshold }: CouncilSize): Promise<Councils> {
  const { anvil, sender } = stage;
  const { address: registry, domain } = await deployRegistry(anvil);
  const owners = stage.toOwners(size);
  const signers = owners.map(addressOf);

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
  async function read(name: string, args: readonly unknown[]) {
    const data = registryInterface.encodeFunctionData(name, args);
    return registryInterface.decodeFunctionResult(name, await anvil.provider.call({ to: registry, data }))[0];
  }
  async function readRecord(contract: Address): Promise<RecordOnChain> {
    const { contractHash, contractLink, version } = await read("record", [contract]);
    return { contractHash, contractLink, version: Number(version) };
  }
  async function nextVersion(contract: Address): Promise<number> {
    return (await readRecord(contract)).version + 1;
  }
  async function toApproval(moves: readonly Move[]): Promise<Approval> {
    const ascending = [...moves].sort((one, two) => byAddress(one.contract, two.contract));
    const upgrades = await Promise.all(
      ascending.map(async (move) => toUpgrade(move, await nextVersion(move.contract))),
    );
    return { upgrades, deadline: (await now()) + 86_400 };
  }
  const waiting = new Map<readonly Move[], Approval>();

  return {
    registry,
    domain,
    toApproval,
    readRecord,
    readReferences: async () => toAddress(String(await read("references", []))),
    async register(contract) {
      const link = `https://github.com/acme/protocol/tree/${"0".repeat(40)}/contracts/core/vaults/v`;
      const gas = await send("register", [contract, buildHash, link, signers, 0, threshold]);
      return { gas, executor: toAddress(String(await read("executor", [contract]))) };
    },
    async finalize(moves) {
      const approval = await toApproval(moves);
      return send("finalize", [approval, sign(approvalTypes, approval)]);
    },
    async schedule(moves) {
      const approval = await toApproval(moves);
      waiting.set(moves, approval);
      return send("schedule", [approval, sign(approvalTypes, approval)]);
    },
    execute: (moves) => send("execute", [waiting.get(moves)]),
    async rotate(contract, { authority = ZeroAddress as Address, delay = 0 }) {
      const none = { guardian: ZeroAddress, gate: ZeroAddress, commitReveal: false };
      const council = { signers, contractSigners: 0, minSignatures: threshold };
      const place = { contractAddress: contract, version: await nextVersion(contract) };
      const rotation = { ...place, ...council, authority, ...none, delay, deadline: (await now()) + 86_400 };
      return send("rotate", [rotation, sign(messageTypes.Rotation, rotation)]);
    },
  };
}

function toUpgrade(move: Move, version: number) {
  const { contract, implementation, codeHash, contractHash, contractLink, upgrade } = move;
  const { target, data } = move.call ?? { target: contract, data: upgrade };
  return {
    contractAddress: contract,
    version,
    contractHash,
    contractLink,
    buildHash,
    code: [{ account: implementation, codeHash }],
    calls: [{ target, value: 0n, minGas: 0n, data: data as `0x${string}` }],
  };
}
