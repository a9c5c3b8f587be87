import { keccak256, type TransactionReceipt, toUtf8Bytes, type Wallet } from "ethers";
import { type Address, type Bytes32, type Hex, toAddress } from "../../src/protocol/hex.ts";
import { hashMessage, type Messages } from "../../src/protocol/messages.ts";
import { byAddress } from "../../src/protocol/record.ts";
import { packSignatures, type SignerSignature } from "../../src/protocol/signature.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { deployRegistry } from "../helpers/registry.ts";
import { type Chance, createChance } from "./chance.ts";
import { callsOf, findDifferences, toQuestions } from "./getters.ts";
import { type Move, moves } from "./moves.ts";
import { type ChainState, replay, type TimedLog } from "./replay.ts";

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

export interface History {
  readonly differences: readonly string[];
  /** How often each move took effect, and how many were refused. */
  readonly done: Readonly<Record<string, number>>;
  readonly refused: number;
  /** How many getters were asked. */
  readonly asked: number;
}

const places = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => toAddress(`0x${(first + index).toString(16).padStart(40, "0")}`));

/** Answers every question with the magic value of ERC-1271. */
const yes = "0x631626ba7e60e01b5f5260205ff3";

/** Lives one history on a chain of its own, and looks after every so many steps whether events and getters agree. */
export async function live(seed: number, { steps, every }: { steps: number; every: number }): Promise<History> {
  await using anvil = await startAnvil({ accounts: 8 });
  const { scene, send, readLogs } = await openScene(anvil, seed);
  const done: Record<string, number> = {};
  const differences: string[] = [];
  let [refused, asked] = [0, 0];
  for (let step = 1; step <= steps && differences.length === 0; step++) {
    const move = pickMove(scene);
    const succeeded = await send(move.sending);
    if (succeeded) done[move.name] = (done[move.name] ?? 0) + 1;
    else refused += 1;
    if (step % every !== 0 && step !== steps) continue;
    const questions = toQuestions(scene.state, { now: scene.now, others: toOthers(scene) });
    asked += questions.length;
    const addresses = { registry: scene.registry, references: scene.references };
    const found = await findDifferences(questions, { rpc: anvil.rpc, addresses });
    differences.push(...found.map((words) => `seed ${seed}, step ${step}, after ${move.name}: ${words}`));
  }
  // All at once, as somebody reads them who was not there.
  const all = replay(await readLogs(0), scene);
  if (JSON.stringify(toPlain(all)) !== JSON.stringify(toPlain(scene.state)))
    differences.push("read at once, they differ");
  return { differences, done, refused, asked };
}

function toPlain(state: object): unknown {
  const plain = (_: string, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value;
  return JSON.parse(JSON.stringify(state, plain));
}

function toOthers({ contracts, made, actors, keys }: Scene) {
  return { contracts, digests: made.slice(-5).map(({ digest }) => digest), managers: actors, keys };
}

/** A move of those that make sense now, the weighty ones oftener. */
function pickMove(scene: Scene): { name: string; sending: Sending | "wait" } {
  const names = Object.entries(moves).flatMap(([name, { weight }]) => Array<string>(weight).fill(name));
  for (;;) {
    const name = scene.chance.pick(names) ?? "";
    const sending = (moves[name] as Move).plan(scene);
    if (sending) return { name, sending };
  }
}

async function openScene(anvil: Anvil, seed: number) {
  const { provider, accounts } = anvil;
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

  async function readLogs(from: number): Promise<TimedLog[]> {
    const filter = { address: [registry, references], fromBlock: `0x${from.toString(16)}`, toBlock: "latest" };
    const found: (TimedLog & { blockTimestamp: string })[] = await provider.send("eth_getLogs", [filter]);
    return found.map(({ address, topics, data, blockTimestamp }) => ({
      ...{ address, topics, data, time: Number(blockTimestamp) },
    }));
  }

  /** Whether it took effect. Time goes on, by minutes mostly. */
  async function send(sending: Sending | "wait"): Promise<boolean> {
    now += sending === "wait" ? chance.between(3_600, 5 * 86_400) : chance.between(1, 1_800);
    await provider.send("evm_setNextBlockTimestamp", [now]);
    if (sending === "wait") {
      await provider.send("evm_mine", []);
      return true;
    }
    const { from, of, name, args } = sending;
    const data = callsOf[of].encodeFunctionData(name, args);
    const transaction = { from, to: of === "registry" ? registry : references, data, gas: "0xe4e1c0" };
    const hash = await provider.send("eth_sendTransaction", [transaction]);
    const { status, blockNumber } = await awaitReceipt(hash);
    logs.push(...(await readLogs(blockNumber)));
    state = replay(logs, { registry, references });
    return status === 1;
  }

  async function awaitReceipt(hash: string): Promise<TransactionReceipt> {
    for (;;) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt) return receipt;
    }
  }

  logs.push(...(await readLogs(0)));
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
