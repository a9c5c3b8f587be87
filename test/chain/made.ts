import { AbiCoder, keccak256 } from "ethers";
import { type Approval, hashApprovalStruct, type Upgrade } from "../../src/protocol/approval.ts";
import { type Address, type Bytes32, type Hex, zeroAddress, zeroHash } from "../../src/protocol/hex.ts";
import type { Following, Rotation } from "../../src/protocol/messages.ts";
import { byAddress } from "../../src/protocol/record.ts";
import { type RecordState, recordOf } from "./chain-state.ts";
import { callsOf } from "./getters.ts";
import type { Made, Scene } from "./scene.ts";

const day = 86_400;

export function pickRecord({ chance, state }: Scene): [Address, RecordState] | [] {
  return chance.pick([...state.records]) ?? [];
}

/** One whose changes wait, where there is any: only those are scheduled. */
export function pickDelayed(scene: Scene): [Address, RecordState] | [] {
  const delayed = [...scene.state.records].filter(([, { rules }]) => rules.delay > 0);
  return scene.chance.pick(delayed) ?? pickRecord(scene);
}

function deadlineOf({ chance, now }: Scene): number {
  return now + chance.between(2 * day, 29 * day);
}

export function toLink({ chance, unique }: Scene): string {
  const [head, tail] =
    chance.pick([
      ["one/core", "/src"],
      ["two/core", ""],
      ["two/core", "/a/b"],
    ] as const) ?? [];
  return `https://github.com/${head}/tree/${unique().slice(2, 42)}${tail}`;
}

/** Who consents to a message about these records: all who can, or some of them; sent by whoever has to. */
export function toConsent(
  scene: Scene,
  records: readonly RecordState[],
  digest: Bytes32,
): { from: Address; signatures: Hex } {
  const { chance, actors, state } = scene;
  const ruling = records.find(({ rules }) => rules.accepted)?.rules.authority;
  const gate = records.map(({ rules }) => rules.gate).find((one) => one !== zeroAddress);
  const from = ruling ?? gate ?? chance.pick(actors) ?? state.curator;
  const needed = records.filter(({ rules }) => !rules.accepted).flatMap(({ signers }) => signers);
  const willing = [...new Set(needed)].toSorted(byAddress);
  return { from, signatures: scene.sign(digest, chance.percent(80) ? willing : chance.some(willing, 1)) };
}

export function contractsOf(made: Made): readonly Address[] {
  return placesOf(made).map(({ contractAddress }) => contractAddress);
}

function placesOf({ kind, message }: Made): readonly Pick<Upgrade, "contractAddress" | "version">[] {
  if (kind === "Approval") return message.upgrades;
  if (kind !== "Commitment") return kind === "Rejection" ? [] : [message];
  return message.contracts.map((contractAddress, i) => ({ contractAddress, version: message.versions[i] ?? 0 }));
}

export function isVoid({ state }: Scene, made: Made): boolean {
  return placesOf(made).some((one) => state.records.get(one.contractAddress)?.version !== one.version - 1);
}

function findMade(scene: Scene, digest: Bytes32): Made | undefined {
  return scene.made.find((one) => one.digest === digest);
}

/** A new approval, or one that was told of and is not void yet. */
export function pickApproval(scene: Scene): Made | undefined {
  const { chance, made } = scene;
  const told = made.filter((one) => one.kind === "Approval" && !isVoid(scene, one));
  return chance.percent(40) && told.length > 0 ? chance.pick(told) : makeApproval(scene);
}

export function makeApproval(
  scene: Scene,
  contracts?: readonly Address[],
): Extract<Made, { kind: "Approval" }> | undefined {
  const approval = toApproval(scene, contracts);
  const made = approval && findMade(scene, scene.make("Approval", approval));
  return made?.kind === "Approval" ? made : undefined;
}

function toApproval(scene: Scene, contracts?: readonly Address[]): Approval | undefined {
  const { chance, state } = scene;
  const all = [...state.records.keys()];
  const chosen = contracts ?? (chance.percent(70) ? [chance.pick(all)] : chance.some(all, 1).slice(0, 3));
  const upgrades = chosen.flatMap((contract) => (contract ? [toUpgrade(scene, contract)] : []));
  return upgrades.length === 0 ? undefined : { upgrades, deadline: deadlineOf(scene) };
}

function toUpgrade(scene: Scene, contractAddress: Address): Upgrade {
  const { chance, references, state } = scene;
  const write = callsOf.references.encodeFunctionData("write", toEntryArguments(scene)) as Hex;
  const call = chance.pick([
    undefined,
    { target: contractAddress, value: 0n, minGas: 0n, data: "0x12345678" as Hex },
    { target: references, value: 0n, minGas: 0n, data: write },
  ]);
  return {
    ...{ contractAddress, version: recordOf(state, contractAddress).version + 1, contractHash: scene.unique() },
    ...{ contractLink: toLink(scene), buildHash: zeroHash, code: [], calls: call ? [call] : [] },
  };
}

/** What `write` takes: under the first key entries for records alone, under the others for proxies. */
export function toEntryArguments(scene: Scene, key = scene.chance.pick(scene.keys)): readonly unknown[] {
  const { chance, keys, implementations } = scene;
  const [implementation, codeHash] = (key !== keys[0] && chance.pick([...implementations])) || [zeroAddress, zeroHash];
  return [key, scene.unique(), toLink(scene), implementation, codeHash];
}

export function makeCommitment(scene: Scene, contracts: readonly Address[]): Made | undefined {
  const approval = contracts.length === 0 ? undefined : toApproval(scene, contracts);
  if (!approval) return undefined;
  const salt = scene.unique();
  const encoded = AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32"], [hashApprovalStruct(approval), salt]);
  const versions = approval.upgrades.map(({ version }) => version);
  const message = { contracts, versions, commitment: keccak256(encoded) as Bytes32, deadline: deadlineOf(scene) };
  return findMade(scene, scene.make("Commitment", message, { approval, salt }));
}

export function pickCouncil({ chance, signers, contractSigner }: Scene) {
  const chosen = chance.some(signers, 2).slice(0, 5);
  const place = chosen.indexOf(contractSigner);
  const minSignatures = chance.between(1, chosen.length);
  return { signers: chosen, contractSigners: place < 0 ? 0 : 2 ** place, minSignatures };
}

export function makeRotation(scene: Scene, [contractAddress, record] = pickRecord(scene)): Made | undefined {
  const { chance, actors } = scene;
  if (!contractAddress || !record) return undefined;
  const maybe = (share: number) => (chance.percent(share) && chance.pick(actors)) || zeroAddress;
  const rotation: Rotation = {
    ...{ contractAddress, version: record.version + 1, ...pickCouncil(scene) },
    ...{ authority: maybe(25), guardian: maybe(70), gate: maybe(15) },
    ...{ delay: chance.percent(50) ? chance.between(3_600, 4 * day) : 0, commitReveal: chance.percent(60) },
    deadline: deadlineOf(scene),
  };
  return findMade(scene, scene.make("Rotation", rotation));
}

export function makeFollowing(scene: Scene, [contractAddress, record] = pickRecord(scene)): Made | undefined {
  const { chance, state } = scene;
  const entry = chance.pick([...state.current.values(), ...state.kept.values()]);
  if (!contractAddress || !record) return undefined;
  const leaves = state.following.has(contractAddress) ? chance.percent(35) : chance.percent(5);
  const { manager, key, revision } = (!leaves && entry) || { manager: zeroAddress, key: zeroHash, revision: 0 };
  const following: Following = {
    ...{ contractAddress, version: record.version + 1, manager, key },
    ...{ pinnedRevision: chance.percent(40) ? revision : 0, deadline: deadlineOf(scene) },
  };
  return findMade(scene, scene.make("Following", following));
}
