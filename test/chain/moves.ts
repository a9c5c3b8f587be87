import { type Address, zeroAddress } from "../../src/protocol/hex.ts";
import { recordOf } from "./chain-state.ts";
import {
  contractsOf,
  isVoid,
  makeApproval,
  makeCommitment,
  makeFollowing,
  makeRotation,
  pickApproval,
  pickCouncil,
  pickDelayed,
  pickRecord,
  toConsent,
  toEntryArguments,
  toLink,
} from "./made.ts";
import type { Made, Scene, Sending } from "./scene.ts";

/** One thing that somebody may do. What is planned mostly takes effect, and not always. */
export interface Move {
  readonly weight: number;
  /** Undefined where there is nothing to do it with. */
  plan(scene: Scene): Sending | "wait" | undefined;
}

const day = 86_400;

export const moves: Readonly<Record<string, Move>> = {
  wait: { weight: 5, plan: () => "wait" },

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
    plan(scene) {
      const [contract] = pickDelayed(scene);
      const alone = contract && scene.chance.percent(60) ? makeApproval(scene, [contract]) : pickApproval(scene);
      return planAgreed(scene, "schedule", alone);
    },
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
    plan: (scene) => planAgreed(scene, "scheduleRotation", makeRotation(scene, pickDelayed(scene))),
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
    weight: 5,
    plan: (scene) => planAgreed(scene, "scheduleFollowing", makeFollowing(scene, pickDelayed(scene))),
  },
  executeFollowing: {
    weight: 7,
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
  advance: {
    weight: 3,
    plan(scene) {
      const entry = scene.chance.pick([...scene.state.current.values()]);
      if (!entry || !scene.actors.includes(entry.manager)) return undefined;
      const [, contractHash, , ...code] = toEntryArguments(scene, entry.key);
      const args = [entry.key, contractHash, scene.unique().slice(0, 42), ...code];
      return { from: entry.manager, of: "references", name: "advance", args };
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

/** Sends a message with the consent of the records that it is about. */
function planAgreed(scene: Scene, name: string, made: Made | undefined): Sending | undefined {
  if (!made) return undefined;
  const records = contractsOf(made).map((contract) => recordOf(scene.state, contract));
  const { from, signatures } = toConsent(scene, records, made.digest);
  return toRegistry(from, name, made.message, signatures);
}

/** Carries out what waits, once it is ripe; now and then too early, or though it is void. */
function planWaiting<K extends Made["kind"]>(
  scene: Scene,
  kind: K,
  toSending: (from: Address, one: Extract<Made, { kind: K }>) => Sending,
): Sending | undefined {
  const { chance, state, made, actors, now } = scene;
  const waiting = made.filter((one): one is Extract<Made, { kind: K }> => {
    const scheduled = state.scheduled.get(one.digest);
    if (one.kind !== kind || scheduled?.status !== "Waiting") return false;
    const delays = scheduled.parts.map(({ contract }) => recordOf(state, contract).rules.delay);
    const isRipe = now > scheduled.since + Math.max(...delays) && !isVoid(scene, one);
    return isRipe || chance.percent(4);
  });
  const one = chance.pick(waiting);
  if (!one) return undefined;
  const gate = contractsOf(one)
    .map((contract) => recordOf(state, contract).rules.gate)
    .find((account) => account !== zeroAddress);
  const from = kind === "Commitment" && gate ? gate : chance.pick(actors);
  return from && toSending(from, one);
}
