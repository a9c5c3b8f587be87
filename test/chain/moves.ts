import { AbiCoder, keccak256 } from "ethers";
import { type Approval, hashApprovalStruct, type Upgrade } from "../../src/protocol/approval.ts";
import { type Address, type Bytes32, type Hex, zeroAddress, zeroHash } from "../../src/protocol/hex.ts";
import type { Following, Rotation } from "../../src/protocol/messages.ts";
import { byAddress } from "../../src/protocol/record.ts";
import { callsOf } from "./getters.ts";
import type { Made, Scene, Sending } from "./history.ts";
import { type RecordState, recordOf } from "./replay.ts";

/** One thing that somebody may do. What is planned mostly takes effect, and not always. */
export interface Move {
  readonly weight: number;
  /** Undefined where there is nothing to do it with. */
  plan(scene: Scene): Sending | "wait" | undefined;
}

const day = 86_400;

export const moves: Readonly<Record<string, Move>> = {
  wait: { weight: 4, plan: () => "wait" },

  register: {
    weight: 3,
    plan(scene) {
      const { chance, state, contracts, actors } = scene;
      const free = [...contracts, ...state.followers].filter((one) => !state.records.has(one));
      const contract = chance.pick(free);
      const from = chance.percent(90) ? state.curator : chance.pick(actors);
      if (!contract || !from) return undefined;
      const { signers, contractSigners, minSignatures } = pickCouncil(scene);
      return toRegistry(
        from,
        "register",
        contract,
        scene.unique(),
        toLink(scene),
        signers,
        contractSigners,
        minSignatures,
      );
    },
  },
  propose: {
    weight: 2,
    plan(scene) {
      const approval = makeApproval(scene);
      const from = scene.chance.pick(scene.actors);
      return approval && from && toRegistry(from, "propose", approval.message, "0x");
    },
  },
  finalize: {
    weight: 7,
    plan: (scene) => planAgreed(scene, "finalize", pickApproval(scene)),
  },
  schedule: {
    weight: 6,
    plan: (scene) => planAgreed(scene, "schedule", pickApproval(scene)),
  },
  execute: {
    weight: 9,
    plan: (scene) => planWaiting(scene, "Approval", (from, { message }) => toRegistry(from, "execute", message)),
  },
  commit: {
    weight: 6,
    plan(scene) {
      const open = [...scene.state.records].filter(([, { rules }]) => rules.commitReveal).map(([contract]) => contract);
      return planAgreed(scene, "commit", makeCommitment(scene, scene.chance.some(open, 1).slice(0, 2)));
    },
  },
  reveal: {
    weight: 7,
    plan: (scene) =>
      planWaiting(scene, "Commitment", (from, { message, hidden }) =>
        toRegistry(from, "reveal", message, hidden?.approval, hidden?.salt, []),
      ),
  },
  rotate: {
    weight: 5,
    plan: (scene) => planAgreed(scene, "rotate", makeRotation(scene)),
  },
  scheduleRotation: {
    weight: 4,
    plan: (scene) => planAgreed(scene, "scheduleRotation", makeRotation(scene)),
  },
  executeRotation: {
    weight: 6,
    plan: (scene) =>
      planWaiting(scene, "Rotation", (from, { message }) => toRegistry(from, "executeRotation", message)),
  },
  acceptAuthority: {
    weight: 3,
    plan({ chance, state }) {
      const asked = [...state.records].filter(([, { rules }]) => rules.authority !== zeroAddress && !rules.accepted);
      const [contract, record] = chance.pick(asked) ?? [];
      return record && toRegistry(record.rules.authority, "acceptAuthority", contract);
    },
  },
  follow: {
    weight: 5,
    plan: (scene) => planAgreed(scene, "follow", makeFollowing(scene)),
  },
  scheduleFollowing: {
    weight: 4,
    plan: (scene) => planAgreed(scene, "scheduleFollowing", makeFollowing(scene)),
  },
  executeFollowing: {
    weight: 6,
    plan: (scene) =>
      planWaiting(scene, "Following", (from, { message }) => toRegistry(from, "executeFollowing", message)),
  },

  cancel: {
    weight: 2,
    plan({ chance, state }) {
      const waiting = [...state.scheduled].filter(([, { status }]) => status === "Waiting");
      const [digest, scheduled] = chance.pick(waiting) ?? [];
      const part = scheduled && chance.pick(scheduled.parts);
      if (!part) return undefined;
      const { guardian } = recordOf(state, part.contract).rules;
      return guardian === zeroAddress ? undefined : toRegistry(guardian, "cancel", digest, part.contract);
    },
  },
  reject: {
    weight: 4,
    plan(scene) {
      const { chance, made, now } = scene;
      const [contract, record] = pickRecord(scene);
      const digest = chance.pick(made.slice(-12))?.digest;
      if (!record || !digest) return undefined;
      const rejection = { digest, deadline: now + day };
      const signed = scene.make("Rejection", rejection);
      const { from, signatures } = toConsent(scene, [record], signed);
      const some = record.rules.accepted ? signatures : scene.sign(signed, chance.some(record.signers, 1));
      return toRegistry(from, "reject", contract, rejection, some);
    },
  },
  revoke: {
    weight: 4,
    plan(scene) {
      const { chance, made, contractSigner } = scene;
      const [contract, record] = pickRecord(scene);
      const signer = record && chance.pick(record.signers.filter((one) => one !== contractSigner));
      const digest = chance.pick(made.slice(-12))?.digest ?? scene.unique();
      return signer && toRegistry(signer, "revoke", contract, digest);
    },
  },
  pause: {
    weight: 3,
    plan({ chance, state, now }) {
      const guarded = [...state.records].filter(
        ([, { rules, pause }]) => rules.guardian !== zeroAddress && (pause.number === 0 || now > pause.from + 30 * day),
      );
      const [contract, record] = chance.pick(guarded) ?? [];
      return record && toRegistry(record.rules.guardian, "pause", contract, chance.between(0, 7 * day));
    },
  },
  unpause: {
    weight: 5,
    plan(scene) {
      const paused = [...scene.state.records].filter(([, { pause }]) => pause.until > scene.now);
      const [contract, record] = scene.chance.pick(paused) ?? [];
      if (!contract || !record) return undefined;
      const { pause, version } = record;
      const place = { contractAddress: contract, version: version + 1, pauseNumber: pause.number };
      const message = { ...place, deadline: scene.now + day };
      const { from, signatures } = toConsent(scene, [record], scene.make("Unpause", message));
      return toRegistry(from, "unpause", message, signatures);
    },
  },

  proposeCurator: {
    weight: 1,
    plan: ({ chance, state, actors }) =>
      toRegistry(state.curator, "proposeCurator", chance.pick([zeroAddress, ...actors])),
  },
  acceptCuratorship: {
    weight: 2,
    plan: ({ state: { pendingCurator } }) =>
      pendingCurator === zeroAddress ? undefined : toRegistry(pendingCurator, "acceptCuratorship"),
  },

  write: {
    weight: 3,
    plan(scene) {
      const from = scene.chance.pick(scene.actors.slice(0, 2));
      return from && { from, of: "references", name: "write", args: toEntryArguments(scene) };
    },
  },
  keep: {
    weight: 2,
    plan(scene) {
      const entry = scene.chance.pick([...scene.state.current.values()]);
      const from = scene.chance.pick(scene.actors);
      return entry && from && { from, of: "references", name: "keep", args: [entry.manager, entry.key] };
    },
  },
  deploy: {
    weight: 2,
    plan(scene) {
      const { chance, state, actors } = scene;
      const entry = chance.pick([...state.current.values()].filter((one) => one.implementation !== zeroAddress));
      const from = chance.pick(actors);
      if (!entry || !from || state.followers.size > 5) return undefined;
      const { manager, key, revision } = entry;
      const args = [scene.unique(), manager, key, chance.percent(30) ? revision : 0, "0x"];
      return { from, of: "references", name: "deploy", args };
    },
  },
};

function toRegistry(from: Address, name: string, ...args: readonly unknown[]): Sending {
  return { from, of: "registry", name, args };
}

function pickRecord({ chance, state }: Scene): [Address, RecordState] | [] {
  return chance.pick([...state.records]) ?? [];
}

function deadlineOf({ chance, now }: Scene): number {
  return now + chance.between(2 * day, 29 * day);
}

function toLink({ chance, unique }: Scene): string {
  const [head, tail] =
    chance.pick([
      ["one/core", "/src"],
      ["two/core", ""],
      ["two/core", "/a/b"],
    ] as const) ?? [];
  return `https://github.com/${head}/tree/${unique().slice(2, 42)}${tail}`;
}

/** Who consents to a message about these records: all who can, or some of them; sent by whoever has to. */
function toConsent(scene: Scene, records: readonly RecordState[], digest: Bytes32): { from: Address; signatures: Hex } {
  const { chance, actors, state } = scene;
  const ruling = records.find(({ rules }) => rules.accepted)?.rules.authority;
  const gate = records.map(({ rules }) => rules.gate).find((one) => one !== zeroAddress);
  const from = ruling ?? gate ?? chance.pick(actors) ?? state.curator;
  const needed = records.filter(({ rules }) => !rules.accepted).flatMap(({ signers }) => signers);
  const willing = [...new Set(needed)].toSorted(byAddress);
  return { from, signatures: scene.sign(digest, chance.percent(80) ? willing : chance.some(willing, 1)) };
}

/** Sends a message with the consent of the records that it is about. */
function planAgreed(scene: Scene, name: string, made: Made | undefined): Sending | undefined {
  if (!made) return undefined;
  const records = contractsOf(made).map((contract) => recordOf(scene.state, contract));
  const { from, signatures } = toConsent(scene, records, made.digest);
  return toRegistry(from, name, made.message, signatures);
}

function contractsOf({ kind, message }: Made): readonly Address[] {
  if (kind === "Approval") return message.upgrades.map(({ contractAddress }) => contractAddress);
  if (kind === "Commitment") return message.contracts;
  return kind === "Rejection" ? [] : [message.contractAddress];
}

/** Carries out what waits, once it is ripe, and now and then too early. */
function planWaiting<K extends Made["kind"]>(
  { chance, state, made, actors, now }: Scene,
  kind: K,
  toSending: (from: Address, one: Extract<Made, { kind: K }>) => Sending,
): Sending | undefined {
  const waiting = made.filter((one): one is Extract<Made, { kind: K }> => {
    const scheduled = state.scheduled.get(one.digest);
    if (one.kind !== kind || scheduled?.status !== "Waiting") return false;
    const delays = scheduled.parts.map(({ contract }) => recordOf(state, contract).rules.delay);
    return now > scheduled.since + Math.max(...delays) || chance.percent(10);
  });
  const one = chance.pick(waiting);
  if (!one) return undefined;
  const gate = contractsOf(one)
    .map((contract) => recordOf(state, contract).rules.gate)
    .find((account) => account !== zeroAddress);
  const from = kind === "Commitment" && gate ? gate : chance.pick(actors);
  return from && toSending(from, one);
}

function findMade(scene: Scene, digest: Bytes32): Made | undefined {
  return scene.made.find((one) => one.digest === digest);
}

/** A new approval, or one that was told of and is not void yet. */
function pickApproval(scene: Scene): Made | undefined {
  const { chance, made, state } = scene;
  const fits = ({ contractAddress, version }: Upgrade) => state.records.get(contractAddress)?.version === version - 1;
  const told = made.filter((one) => one.kind === "Approval" && one.message.upgrades.every(fits));
  return chance.percent(40) && told.length > 0 ? chance.pick(told) : makeApproval(scene);
}

function makeApproval(scene: Scene, contracts?: readonly Address[]): Extract<Made, { kind: "Approval" }> | undefined {
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
function toEntryArguments(scene: Scene): readonly unknown[] {
  const { chance, keys, implementations } = scene;
  const key = chance.pick(keys);
  const [implementation, codeHash] = (key !== keys[0] && chance.pick([...implementations])) || [zeroAddress, zeroHash];
  return [key, scene.unique(), toLink(scene), implementation, codeHash];
}

function makeCommitment(scene: Scene, contracts: readonly Address[]): Made | undefined {
  const approval = contracts.length === 0 ? undefined : toApproval(scene, contracts);
  if (!approval) return undefined;
  const salt = scene.unique();
  const encoded = AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32"], [hashApprovalStruct(approval), salt]);
  const versions = approval.upgrades.map(({ version }) => version);
  const message = { contracts, versions, commitment: keccak256(encoded) as Bytes32, deadline: deadlineOf(scene) };
  return findMade(scene, scene.make("Commitment", message, { approval, salt }));
}

function pickCouncil({ chance, signers, contractSigner }: Scene) {
  const chosen = chance.some(signers, 2).slice(0, 5);
  const place = chosen.indexOf(contractSigner);
  const minSignatures = chance.between(1, chosen.length);
  return { signers: chosen, contractSigners: place < 0 ? 0 : 2 ** place, minSignatures };
}

function makeRotation(scene: Scene): Made | undefined {
  const { chance, actors } = scene;
  const [contractAddress, record] = pickRecord(scene);
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

function makeFollowing(scene: Scene): Made | undefined {
  const { chance, state } = scene;
  const [contractAddress, record] = pickRecord(scene);
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
