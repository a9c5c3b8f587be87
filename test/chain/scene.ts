import { keccak256, toUtf8Bytes, type Wallet } from "ethers";
import { type Address, type Bytes32, type Hex, toAddress } from "../../src/protocol/hex.ts";
import { hashMessage, type Messages } from "../../src/protocol/messages.ts";
import { byAddress } from "../../src/protocol/record.ts";
import { packSignatures, type SignerSignature } from "../../src/protocol/signature.ts";
import type { Anvil } from "../helpers/anvil.ts";
import { deployRegistry } from "../helpers/registry.ts";
import type { ChainState } from "./chain-state.ts";
import { type Chance, createChance } from "./chance.ts";
import { callsOf } from "./getters.ts";
import { askNode } from "./node.ts";
import { replay, type TimedLog } from "./replay.ts";

/** A message that somebody made, so that a later move can carry it out, reject it or tell of it. */
export type Made = {
  readonly [K in keyof Messages]: { readonly kind: K; readonly message: Messages[K] };
}[keyof Messages] & {
  readonly digest: Bytes32;
  /** What a commitment hides. */
  readonly hidden?: { readonly approval: Messages["Approval"]; readonly salt: Bytes32 };
};

/** What a move knows and may use. */
export interface Scene {
  readonly chance: Chance;
  readonly registry: Address;
  readonly references: Address;
  /** The newest block's time; the state at it, as the logs tell it. */
  readonly now: number;
  readonly state: ChainState;
  /** Contracts without an owner, registered or not. */
  readonly contracts: readonly Address[];
  /** Accounts that do everything that accounts do: sign, guard, gate, write, stand in for an authority. */
  readonly actors: readonly Address[];
  /** Actors, and a contract that says yes to every signature; ascending. */
  readonly signers: readonly Address[];
  readonly contractSigner: Address;
  readonly keys: readonly Bytes32[];
  /** Code that an entry may name, by where it stands. */
  readonly implementations: ReadonlyMap<Address, Bytes32>;
  readonly made: readonly Made[];
  make<K extends keyof Messages>(kind: K, message: Messages[K], hidden?: Made["hidden"]): Bytes32;
  /** The signatures of these signers, packed. */
  sign(digest: Bytes32, signers: readonly Address[]): Hex;
  /** Another one each time. */
  unique(): Bytes32;
}

/** A transaction that a move asks for. */
export interface Sending {
  readonly from: Address;
  readonly of: "registry" | "references";
  readonly name: string;
  readonly args: readonly unknown[];
}

/** As a node tells it. */
interface Receipt {
  readonly status: string;
  readonly logs: readonly Omit<TimedLog, "time">[];
}

const places = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => toAddress(`0x${(first + index).toString(16).padStart(40, "0")}`));

/** Answers every question with the magic value of ERC-1271. */
const yes = "0x631626ba7e60e01b5f5260205ff3";

/** A registry with nothing in it, and everybody who will do something with it. */
export async function openScene(anvil: Anvil, seed: number) {
  const { provider, accounts, rpc } = anvil;
  const chance = createChance(seed);
  const { address: registry, domain } = await deployRegistry(anvil);
  const [references] = callsOf.registry.decodeFunctionResult(
    "references",
    await provider.call({ to: registry, data: callsOf.registry.encodeFunctionData("references") }),
  );
  const contracts = places(0xc0de00, 6);
  const codes = new Map(places(0xbeef00, 4).map((place, index) => [place, `0x00${"5b".repeat(index)}` as Hex]));
  const [contractSigner = registry] = places(0x5afe00, 1);
  for (const [place, code] of [...contracts.map((one) => [one, "0x00"]), ...codes, [contractSigner, yes]])
    await provider.send("anvil_setCode", [place, code]);
  const wallets = new Map(accounts.map((wallet): [Address, Wallet] => [toAddress(wallet.address), wallet]));
  const actors = [...wallets.keys()];
  const made: Made[] = [];
  const logs: TimedLog[] = [];
  let now = (await provider.getBlock("latest"))?.timestamp ?? 0;
  let count = 0;
  let state: ChainState;

  /** All that there are, as somebody reads them who was not there. */
  async function readLogs(): Promise<TimedLog[]> {
    const filter = { address: [registry, references], fromBlock: "0x0", toBlock: "latest" };
    const found: (TimedLog & { blockTimestamp: string })[] = await provider.send("eth_getLogs", [filter]);
    return found.map(({ blockTimestamp, ...log }) => ({ ...log, time: Number(blockTimestamp) }));
  }

  /** Whether it took effect. Time goes on, by minutes mostly. */
  async function send(sending: Sending | "wait"): Promise<boolean> {
    now += sending === "wait" ? chance.between(3_600, 5 * 86_400) : chance.between(1, 1_800);
    const time = ["evm_setNextBlockTimestamp", [now]] as const;
    if (sending === "wait") {
      await askNode(rpc, [time, ["evm_mine", []]]);
      return true;
    }
    const { from, of, name, args } = sending;
    const to = of === "registry" ? registry : references;
    const transaction = { from, to, data: callsOf[of].encodeFunctionData(name, args), gas: "0xe4e1c0" };
    const [, hash] = await askNode(rpc, [time, ["eth_sendTransaction", [transaction]]]);
    const receipt = await awaitReceipt(String(hash));
    logs.push(...receipt.logs.map((log) => ({ ...log, time: now })));
    state = replay(logs, { registry, references });
    return receipt.status === "0x1";
  }

  async function awaitReceipt(hash: string): Promise<Receipt> {
    for (let tries = 0; tries < 1_000; tries++) {
      const [receipt] = await askNode(rpc, [["eth_getTransactionReceipt", [hash]]]);
      if (receipt) return receipt as Receipt;
    }
    throw new Error(`${hash} was not mined`);
  }

  logs.push(...(await readLogs()));
  state = replay(logs, { registry, references });
  const scene: Scene = {
    ...{ chance, registry, references, contracts, actors, contractSigner, made },
    signers: [...actors.slice(0, 6), contractSigner].toSorted(byAddress),
    keys: ["one", "two", "three"].map((word) => keccak256(toUtf8Bytes(word)) as Bytes32),
    implementations: new Map([...codes].map(([place, code]) => [place, keccak256(code) as Bytes32])),
    get now() {
      return now;
    },
    get state() {
      return state;
    },
    make(kind, message, hidden) {
      const digest = hashMessage(kind, { domain, message });
      made.push({ kind, message, digest, ...(hidden && { hidden }) } as Made);
      return digest;
    },
    sign: (digest, signers) => packSignatures(signers.map((signer) => toEntry(signer, digest, wallets))),
    unique: () => keccak256(toUtf8Bytes(`${seed} ${count++}`)) as Bytes32,
  };
  return { scene, send, readLogs };
}

function toEntry(signer: Address, digest: Bytes32, wallets: ReadonlyMap<Address, Wallet>): SignerSignature {
  const wallet = wallets.get(signer);
  if (!wallet) return { signer, kind: "contract", signature: "0x1234" };
  return { signer, kind: "account", signature: wallet.signingKey.sign(digest).serialized as Hex };
}
