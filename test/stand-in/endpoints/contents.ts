import { type Call, type Endpoints, type Input, ok, type Reply } from "../endpoint.ts";
import { tipOf } from "../git/bare.ts";
import { type Entry, readTree } from "../git/reading.ts";
import { writeFile } from "../git/writing.ts";
import { signatureOf } from "../identity.ts";
import { moveReference, readReferences } from "../pushes.ts";
import { found, Refusal } from "../refusal.ts";
import { toPlainCommit } from "../shapes/commit.ts";
import { repositoryUrl } from "../shapes/repository.ts";
import type { Repository } from "../state.ts";
import { fullName, type World } from "../world.ts";

/** Above this, GitHub sends no content along. */
const inlineLimit = 1_000_000;

export const contents: Pick<Endpoints, "repos/get-content" | "repos/create-or-update-file-contents"> = {
  "repos/get-content": {
    app: "contents:read",
    answer: async ({ path, ref }, { world, repository, headers }) => {
      const at = ref ?? repository.defaultBranch;
      const commit = found(await resolveRef(repository, at));
      const entries = await listAt(repository, commit, path.replace(/\/$/, ""));
      const isDirectory = entries.every((entry) => entry.path !== path);
      if (isDirectory) return ok(entries.map((entry) => toEntry(world, repository, { entry, ref: at })));
      return readFileAt(world, repository, {
        entry: found(entries[0]),
        ref: at,
        raw: /raw/.test(headers.accept ?? ""),
      });
    },
  },
  "repos/create-or-update-file-contents": {
    app: "contents:write",
    role: "write",
    answer: (input, call) => putFile(input, call),
  },
};

/** The commit that a branch, a tag or a commit id names. */
export async function resolveRef(repository: Repository, ref: string): Promise<string | undefined> {
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}`, ref.replace(/^(heads|tags)\//, "refs/$1/")];
  for (const name of /^[0-9a-f]{40}$/.test(ref) ? [ref] : names) {
    const commit = await tipOf(repository.git, name);
    if (commit !== undefined) return commit;
  }
  return undefined;
}

/** A directory's entries with their full paths, or the one entry that the path names. */
async function listAt({ git }: Repository, commit: string, path: string): Promise<readonly Entry[]> {
  if (path === "") return readTree(git, commit, { recursive: false });
  const listing = await git.ask(["ls-tree", commit, "--", path]);
  const [, type, sha] = /^\d+ (\w+) (\w+)\t/.exec(listing) ?? [];
  if (type === undefined || sha === undefined) throw new Refusal(404, "Not Found");
  if (type !== "tree") return (await readTree(git, commit, { recursive: true })).filter((entry) => entry.path === path);
  return (await readTree(git, sha, { recursive: false })).map((entry) => ({ ...entry, path: `${path}/${entry.path}` }));
}

async function readFileAt(
  world: World,
  repository: Repository,
  { entry, ref, raw }: { entry: Entry; ref: string; raw: boolean },
): Promise<Reply> {
  const shaped = toEntry(world, repository, { entry, ref });
  if (entry.type === "commit") return ok({ ...shaped, submodule_git_url: null });
  const bytes = await repository.git.bytes(["cat-file", "blob", entry.sha]);
  if (raw) return { status: 200, raw: bytes };
  if (entry.mode === "120000") return ok({ ...shaped, target: bytes.toString() });
  const isInline = bytes.length <= inlineLimit;
  const content = isInline ? bytes.toString("base64").replace(/.{60}/g, "$&\n") : "";
  return ok({ ...shaped, content, encoding: isInline ? "base64" : "none" });
}

function toEntry(world: World, repository: Repository, { entry, ref }: { entry: Entry; ref: string }): object {
  const { path, sha, size = 0, type, mode } = entry;
  const [api, page, encoded] = [
    repositoryUrl(world, repository),
    `${world.origin}/${fullName(repository)}`,
    encodeURI(path),
  ];
  const self = `${api}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const html = `${page}/${type === "tree" ? "tree" : "blob"}/${ref}/${encoded}`;
  const git = `${api}/git/${type === "tree" ? "trees" : "blobs"}/${sha}`;
  const kind = mode === "120000" ? "symlink" : ({ tree: "dir", blob: "file", commit: "submodule" }[type] ?? "file");
  return {
    ...{ path, sha, size, type: kind, name: path.split("/").at(-1), url: self, html_url: html, git_url: git },
    download_url: kind === "file" || kind === "symlink" ? `${page}/raw/${ref}/${encoded}` : null,
    _links: { self, git, html },
  };
}

async function putFile(
  { path, message, content, sha, branch }: Input<"repos/create-or-update-file-contents">,
  call: Call,
): Promise<Reply> {
  const { repository, world, sender } = call;
  const name = branch ?? repository.defaultBranch;
  const ref = `refs/heads/${name}`;
  const before = await tipOf(repository.git, ref);
  const listing = before && (await repository.git.ask(["ls-tree", before, "--", path]));
  const known = /^\d+ blob (\w+)\t/.exec(listing ?? "")?.[1];
  if (before === undefined && (await readReferences(repository)).size > 0)
    throw new Refusal(404, `Branch ${name} not found`);
  if (known !== sha) throw new Refusal(409, `${path} does not match ${sha ?? "nothing"}`);
  const author = signatureOf(world, sender);
  const after = await writeFile(repository.git, {
    path,
    content: Buffer.from(content, "base64"),
    parent: before,
    message,
    author,
  });
  await moveReference(call, repository, { ref, before, after, sender });
  const [entry] = await listAt(repository, after, path);
  const file = toEntry(world, repository, { entry: found(entry), ref: name });
  return { status: known ? 200 : 201, data: { content: file, commit: await toPlainCommit(world, repository, after) } };
}
