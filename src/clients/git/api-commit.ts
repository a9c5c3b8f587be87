import { createHash } from "node:crypto";
import { z } from "zod";

const oid = z.string().regex(/^[0-9a-f]{40}$/);
const person = z.object({ name: z.string(), email: z.string(), date: z.iso.datetime() });

/** `GET /repos/{owner}/{repo}/git/commits/{sha}`, as far as a commit's id is made of it. */
export const commitAnswer = z.object({
  author: person,
  committer: person,
  message: z.string(),
  tree: z.object({ sha: oid }),
  parents: z.array(z.object({ sha: oid })),
  verification: z.object({ payload: z.string().nullish(), signature: z.string().nullish() }).optional(),
});

export type CommitAnswer = z.infer<typeof commitAnswer>;

/**
 * The raw commit of that id, or undefined where the answer does not tell its bytes. A signed one comes with them. Of
 * others the API tells no time zones and cuts the message's last line end off, so that all are tried: some 20,000 hashes
 * at worst. An encoding, a name that is not UTF-8 or an odd message stay untold.
 */
export function rebuildCommit(answer: CommitAnswer, id: string): Uint8Array | undefined {
  for (const text of spell(answer)) {
    const bytes = Buffer.from(text);
    if (createHash("sha1").update(`commit ${bytes.length}\0`).update(bytes).digest("hex") === id) return bytes;
  }
  return undefined;
}

function spell({ verification, ...answer }: CommitAnswer): Iterable<string> {
  const { payload, signature } = verification ?? {};
  return payload && signature ? [toSigned(payload, signature)] : spellUnsigned(answer);
}

/** Git writes the signature as the last header, each further line behind a space. */
function toSigned(payload: string, signature: string): string {
  const end = payload.indexOf("\n\n") + 1;
  return `${payload.slice(0, end)}gpgsig ${signature.replaceAll("\n", "\n ")}\n${payload.slice(end)}`;
}

function* spellUnsigned({ tree, parents, author, committer, message }: Omit<CommitAnswer, "verification">) {
  const start = [`tree ${tree.sha}`, ...parents.map(({ sha }) => `parent ${sha}`)].join("\n");
  for (const [zone, other] of pairZones()) {
    const people = `author ${toStamp(author)} ${zone}\ncommitter ${toStamp(committer)} ${other}`;
    for (const end of ["\n", ""]) yield `${start}\n${people}\n\n${message}${end}`;
  }
}

function toStamp({ name, email, date }: CommitAnswer["author"]): string {
  return `${name} <${email}> ${Date.parse(date) / 1000}`;
}

/** From 12 hours west to 14 hours east in quarters of an hour, and git's own for "unknown". */
const zones = [...Array.from({ length: 105 }, (_, index) => toZone(index * 15 - 12 * 60)), "-0000"];

function toZone(minutes: number): string {
  const part = (number: number) => String(number).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${part(Math.floor(size / 60))}${part(size % 60)}`;
}

/** Both the same first: nearly all commits are so. */
function* pairZones(): Generator<readonly [string, string]> {
  for (const zone of zones) yield [zone, zone];
  for (const zone of zones) for (const other of zones) if (zone !== other) yield [zone, other];
}
