import { type Row, toRow } from "../row.ts";
import type { OursRequest } from "./ours.ts";
import { openPipelines, type Pipelines } from "./pipelines.ts";
import { type OursRun, runOurs } from "./process.ts";
import { measureTime, takeBest } from "./rounds.ts";

/** A repository under measurement; `name` begins the name of each of its rows. */
export interface Subject {
  readonly name: string;
  readonly directory: string;
  readonly commit: string;
}

/** The whole tree with native git beside pipelines of the system's tools, all in the same rounds. */
export async function measureWholeTree(subject: Subject, effort: Effort): Promise<readonly Row[]> {
  const pipelines = await openPipelines(subject);
  try {
    await assertAnswer(subject, pipelines);
    return toRows(subject, await measureRounds(subject, { pipelines, ...effort }));
  } finally {
    await pipelines.close();
  }
}

export function toRequest({ directory, commit }: Omit<Subject, "name">): OursRequest {
  return { repository: directory, commits: [commit], git: "native", blobs: "read" };
}

/** In milliseconds, of the commit that the process hashed last. */
export function toLastTime({ hashes }: OursRun): number {
  return hashes.at(-1)?.milliseconds ?? Number.NaN;
}

/** A figure of a wrong answer is worth nothing. */
async function assertAnswer(subject: Subject, { byHand }: Pipelines): Promise<void> {
  const { hashes } = await runOurs(toRequest(subject));
  const [found, expected] = [hashes[0]?.hash, `0x${await byHand()}`];
  if (found !== expected) throw new Error(`expected ${expected} as coreutils say, found ${found}`);
}

interface Effort {
  readonly rounds: number;
  /** Trees that a running process has hashed before: a small one takes no time to warm up. */
  readonly before: number;
}

async function measureRounds(subject: Subject, { pipelines, rounds, before }: Effort & { pipelines: Pipelines }) {
  const request = toRequest(subject);
  const often = { ...request, commits: new Array(before + 1).fill(subject.commit) };
  return takeBest(rounds, {
    process: async () => (await runOurs(request)).wall,
    running: async () => toLastTime(await runOurs(often)),
    archive: () => measureTime(pipelines.archive),
    byHand: () => measureTime(pipelines.byHand),
    catFile: () => measureTime(pipelines.catFile),
    sha256sum: () => measureTime(pipelines.sha256sum),
    openssl: () => measureTime(pipelines.openssl),
  });
}

function toRows({ name }: Subject, best: Awaited<ReturnType<typeof measureRounds>>): Row[] {
  const archive = { reference: best.archive, referenceName: "git archive | sha256sum" };
  const byHand = { reference: best.byHand, referenceName: "git archive | tar, then the coreutils line" };
  const catFile = { reference: best.catFile, referenceName: "git ls-tree | git cat-file | sha256sum, unverified" };
  const floor = [
    { reference: best.sha256sum, referenceName: "floor: sha256sum over the same bytes in memory" },
    { reference: best.openssl, referenceName: "floor: OpenSSL in a running node over the same bytes" },
  ];
  const fresh = { name: `${name}: whole tree, new process`, unit: "ms", ours: best.process };
  const running = { name: `${name}: whole tree, running process`, unit: "ms", ours: best.running };
  return [
    ...[archive, byHand, catFile].map((reference) => toTimeRow({ ...fresh, ...reference })),
    ...[archive, ...floor].map((reference) => toTimeRow({ ...running, ...reference })),
  ];
}

export function toTimeRow(row: Parameters<typeof toRow>[0]): Row {
  const reference = row.reference === null ? null : Number(row.reference.toFixed(1));
  return toRow({ ...row, ours: Number(row.ours.toFixed(1)), reference });
}
