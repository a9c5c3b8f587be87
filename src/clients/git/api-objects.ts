import type { Octokit } from "@octokit/rest";
import PQueue from "p-queue";
import type { z } from "zod";
import { failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import { commitAnswer, rebuildCommit } from "./api-commit.ts";
import { type ApiAnswer, type ApiLimits, type ApiPlace, collectBody, openApiRequests } from "./api-request.ts";
import { rebuildTree, treeAnswer } from "./api-tree.ts";
import { type GitObject, largestWhole, type ObjectSource, type OpenBlob, toTooLarge } from "./object-source.ts";

export interface ApiSettings extends ApiPlace {
  readonly limits?: Partial<ApiLimits>;
}

export interface ApiObjects extends ObjectSource {
  /** Whether a commit or tree that was read named this object. */
  knows(oid: string): boolean;
}

/** GitHub serves no blob of more than 100 MB and cuts a tree's listing at 7 MB; a token has 5,000 requests an hour. */
export const defaultApiLimits: ApiLimits = {
  requests: 1000,
  jsonBytes: 16 * 1024 ** 2,
  blobBytes: 100 * 1024 ** 2,
  milliseconds: 120_000,
};

/** Requests at a time: GitHub asks for few. */
const concurrency = 8;
const json = "application/vnd.github+json";
const raw = "application/vnd.github.raw+json";

/**
 * The objects of a repository over GitHub's git database API: one request each, blobs in pieces. It is for where git's
 * own protocol costs more or cannot be used. Trees and commits are rebuilt from JSON, and hashed again by their readers.
 *
 * @throws GITHUB_REFUSED, GITHUB_UNREACHABLE, GIT_TOO_LARGE, LINK_HOST; TREE_TRUNCATED where a listing is cut off;
 * GIT_COMMIT_UNCHECKED where a commit's bytes are not told
 */
export function openApiObjects(api: Pick<Octokit, "request">, { limits: wanted, ...place }: ApiSettings): ApiObjects {
  const limits = { ...defaultApiLimits, ...wanted };
  const requests = openApiRequests(api, { ...place, limits });
  /** What the commits and trees that were read say of others: saves asking for each kind. Sizes in bytes. */
  const listed = new Map<string, { readonly type: "blob" | "tree"; readonly size: number | undefined }>();
  const readers = { commit: readCommit, tree: readTree, blob: readBlob };

  async function readJson<T>(answer: ApiAnswer, shape: z.ZodType<T>): Promise<T> {
    const text = (await collectBody(answer.body, limits.jsonBytes)).toString();
    const parsed = shape.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw failure("GITHUB_REFUSED", "GitHub answered in another shape than its description has", {
      cause: parsed.error,
    });
  }

  async function readCommit(oid: string): Promise<Uint8Array | undefined> {
    const answer = await requests.get("commits", oid, { accept: json });
    if (answer === undefined) return undefined;
    const commit = await readJson(answer, commitAnswer);
    listed.set(commit.tree.sha, { type: "tree", size: undefined });
    const bytes = rebuildCommit(commit, oid);
    if (bytes !== undefined) return bytes;
    const message = `expected to rebuild commit ${oid} from GitHub's answer, which does not tell all its bytes`;
    throw failure("GIT_COMMIT_UNCHECKED", message, { subject: oid });
  }

  async function readTree(oid: string): Promise<Uint8Array | undefined> {
    const answer = await requests.get("trees", oid, { accept: json });
    if (answer === undefined) return undefined;
    const tree = await readJson(answer, treeAnswer);
    for (const { sha, type, size } of tree.tree) if (type !== "commit") listed.set(sha, { type, size });
    return rebuildTree(tree, oid);
  }

  async function readBlob(oid: string): Promise<Uint8Array | undefined> {
    const answer = await requests.get("blobs", oid, { accept: raw });
    return answer && collectBody(answer.body, largestWhole);
  }

  async function streamBlob(oid: string, open: OpenBlob, signal: AbortSignal): Promise<void> {
    assertSize(oid, listed.get(oid)?.size);
    const answer = await requests.get("blobs", oid, { accept: raw, signal });
    if (answer === undefined) throw failure("GIT_OBJECT_ABSENT", `the repository lacks the blob ${oid}`);
    const size = listed.get(oid)?.size ?? toLength(answer);
    assertSize(oid, size);
    signal.throwIfAborted();
    if (size !== undefined) return pass(answer.body, { oid, size, open });
    // Nobody told the size, which goes before the bytes in the id.
    const bytes = await collectBody(answer.body, largestWhole);
    return pass([bytes], { oid, size: bytes.length, open });
  }

  function assertSize(oid: string, size: number | undefined): void {
    if (size !== undefined && size > limits.blobBytes) throw toTooLarge({ oid, size }, limits.blobBytes);
  }

  return {
    knows: (oid) => listed.has(oid),
    async readObject(oid) {
      const known = listed.get(oid)?.type;
      const types = known === undefined ? (["commit", "tree", "blob"] as const) : [known];
      for (const type of isObjectId(oid) ? types : []) {
        const bytes = await readers[type](oid);
        if (bytes !== undefined) return { type, bytes } satisfies GitObject;
      }
      return undefined;
    },
    async streamBlobs(oids, open) {
      const all = [...new Set(oids)];
      requests.assertLeft(all.length);
      const stop = new AbortController();
      const queue = new PQueue({ concurrency });
      try {
        await queue.addAll(all.map((oid) => () => streamBlob(oid, open, stop.signal)));
      } catch (error) {
        queue.clear();
        stop.abort();
        throw error;
      }
    },
  };
}

/** Hands on no more than was announced: a body without end is refused at once. */
async function pass(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { oid, size, open }: { readonly oid: string; readonly size: number; readonly open: OpenBlob },
): Promise<void> {
  const writer = open({ oid, type: "blob", size });
  let left = size;
  for await (const chunk of body) {
    left -= chunk.length;
    if (left < 0)
      throw failure("TREE_OBJECT_MISMATCH", `expected ${size} bytes of object ${oid}, found more`, { subject: oid });
    writer.write(chunk);
  }
  writer.end();
}

/** Of a compressed body it is another length. */
function toLength({ headers }: ApiAnswer): number | undefined {
  const length = headers["content-encoding"] === undefined ? headers["content-length"] : undefined;
  return length === undefined ? undefined : Number(length);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
