import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { dataSlice } from "ethers";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openRemoteRepository } from "../../src/clients/git/remote-repository.ts";
import { type Address, type Hex, toAddress } from "../../src/protocol/hex.ts";
import { parseLink, toRepositoryUrl } from "../../src/protocol/link.ts";
import { type ContractRecord, toRecordJson } from "../../src/protocol/record.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import { recoverSigner } from "../../src/protocol/signature.ts";
import { type Bot, startBot } from "../../test/stage/bot.ts";
import { settle } from "../../test/stage/example.ts";
import { approve, awaitCheck, awaitComment, review, reviewer, signTyped } from "../../test/stage/people.ts";
import { deployRegistry, type Project, setUpProject, signerAt } from "../../test/stage/project.ts";
import { fullName, repo, type Stage, setStage } from "../../test/stage/stage.ts";
import { type OpenedPull, openPull, protect } from "../../test/stage/upgrade.ts";
import { until } from "../../test/stage/wait.ts";
import type { DemoOptions } from "./options.ts";
import { type Branches, prepareBranch, readBranches } from "./source.ts";
import type { Outcome } from "./summary.ts";

/** Tells a step while it is done, and how it came out. */
export type Tell = <T>(doing: string, work: () => Promise<T>, done: (result: T) => string) => Promise<T>;

export interface Journey {
  readonly outcome: Outcome;
  readonly stage: Stage;
  readonly bot: Bot;
}

/** Whatever was started, in the order to end it. */
export interface Curtain {
  onEnd(end: () => Promise<void> | void): void;
}

/** From an empty machine to a verified record: chain, GitHub and bot are real processes on this machine. */
export async function walk(
  options: DemoOptions,
  directory: string,
  { tell, curtain }: { tell: Tell; curtain: Curtain },
): Promise<Journey> {
  const path = options.path === undefined ? "contracts/vault" : options.path.replace(/^\.\/|^\.$|\/$/g, "");
  const branches =
    options.repo === undefined ? undefined : await readBranches(options.repo, { path, ref: options.ref });
  const stage = await tell(
    "Starting a chain and a GitHub on this machine",
    () => openStage(options, directory, branches),
    ({ anvil, github }) => `Chain ${anvil.chainId} at ${anvil.rpc}, GitHub's stand-in at ${github.url}`,
  );
  curtain.onEnd(() => stage.end());
  const registry = await tell(
    "Deploying the registry",
    () => deployRegistry(stage),
    (address) => `Registry ${address}`,
  );
  const kind = options.kind ?? (branches ? "record" : "uups");
  const project = await tell(
    "Registering the example contract with nine signers, of whom six must sign",
    () => registerExample(stage, registry, { path, kind, branches }),
    ({ contract, before }) => `Contract ${contract} registered at ${before}`,
  );
  curtain.onEnd(() => project.end());
  const bot = await tell(
    "Starting the bot",
    () => startBot(stage.toSettings(registry)),
    ({ url }) => `The bot listens at ${url}`,
  );
  curtain.onEnd(() => bot.stop());
  await protect(stage, branches?.base);
  const pull = await propose(stage, project, { tell, branches });
  const refused = await gather(stage, project, { pull, tell });
  await merge(stage, pull, tell);
  const outcome = await verify(stage, project, { pull, refused, tell });
  return { outcome, stage, bot };
}

async function openStage(
  { repo: from }: DemoOptions,
  directory: string,
  branches: Branches | undefined,
): Promise<Stage> {
  await mkdir(directory, { recursive: true });
  return setStage({ directory, ...(from && { from }), ...(branches && { branch: branches.base }) });
}

async function registerExample(
  stage: Stage,
  registry: Address,
  { path, kind, branches }: { path: string; kind: Project["kind"]; branches: Branches | undefined },
): Promise<Project> {
  if (!branches) return setUpProject(stage, registry, { kind, path });
  const commit = await stage.work.git("rev-list", "-1", "HEAD", "--", path === "" ? "." : path);
  return setUpProject(stage, registry, { kind, path, commit });
}

async function propose(
  stage: Stage,
  project: Project,
  { tell, branches }: { tell: Tell; branches: Branches | undefined },
): Promise<OpenedPull> {
  const open = async () => {
    if (!branches) return openPull(stage, project);
    const change = { [join(project.path, "countersign-demo.txt")]: "A change of the demo.\n" };
    const branch = await prepareBranch(stage.work, branches, { path: project.path, change });
    const { data } = await stage.dev.api.pulls.create({
      ...repo,
      title: `Upgrade to ${branch}`,
      head: branch,
      base: branches.base,
    });
    return { number: data.number, url: data.html_url, head: data.head.sha, branch };
  };
  const pull = await tell(
    "Opening a pull request that changes the contract",
    open,
    ({ number, url }) => `Pull request #${number}: ${url}`,
  );
  await tell(
    "The bot computes the tree hash and opens the proposal",
    () => awaitCheck(stage, pull.head, "in_progress"),
    ({ output }) => `Check: ${output.title}`,
  );
  await tell(
    "Trying to merge without signatures",
    () => expectRefusal(stage, pull),
    () => "GitHub refuses the merge: the required check is not green",
  );
  return pull;
}

async function gather(
  stage: Stage,
  project: Project,
  { pull, tell }: { pull: OpenedPull; tell: Tell },
): Promise<string> {
  const comment = await awaitComment(stage, pull.number);
  const wrong = await signTyped(signerAt(project, 6), comment, ({ message }) => {
    message.upgrades[0].contractHash = project.before;
  });
  const refused = await tell(
    "A seventh signer signs the wrong hash",
    async () => {
      await review(reviewer(stage, 6), pull.number, `Looks good.\n\n/countersign sign ${wrong}`);
      const told = await awaitComment(stage, pull.number, "#### Not counted");
      return (/#### Not counted\n\n- (.*)/.exec(told)?.[1] ?? "").replace(/\[(.*?)\]\(.*?\)|`/g, "$1");
    },
    (words) => `Not counted: ${words}`,
  );
  const wallets = project.signers.slice(0, project.threshold);
  await tell(
    `${wallets.length} signers review the code and sign`,
    async () => {
      await approve(stage, pull.number, { wallets, comment });
      return awaitCheck(stage, pull.head, "success");
    },
    ({ output }) => `Check: ${output.title}, ${wallets.length} of ${wallets.length} signed`,
  );
  return refused;
}

async function merge({ dev, ...stage }: Stage, { number }: OpenedPull, tell: Tell): Promise<void> {
  await tell(
    "A person merges",
    async () => (await dev.api.pulls.merge({ ...repo, pull_number: number, merge_method: "merge" })).data,
    ({ sha }) => `Merged as ${sha}`,
  );
  await tell(
    "The bot hashes what landed and finalizes on chain",
    () => awaitComment({ dev, ...stage }, number, "Finalized on chain"),
    () => "Finalized: record and code changed in one transaction",
  );
}

async function expectRefusal({ dev }: Stage, { number }: OpenedPull): Promise<void> {
  const merged = await dev.api.pulls.merge({ ...repo, pull_number: number }).then(
    () => true,
    () => false,
  );
  if (merged) throw new Error("the merge was not refused");
}

async function verify(
  stage: Stage,
  project: Project,
  { pull, refused, tell }: { pull: OpenedPull; refused: string; tell: Tell },
): Promise<Outcome> {
  const { registry, contract, before, path, signers } = project;
  const record = await readRecord(project);
  const verified = await tell(
    "Fetching what the record names, and hashing it again",
    async () => ({
      record: record.contractHash,
      fetched: await hashAgain(stage, record),
      coreutils: await hashByHand(stage, record),
    }),
    ({ fetched }) => `The same hash three times: ${fetched}`,
  );
  if (new Set(Object.values(verified)).size !== 1) throw new Error(`the hashes differ: ${JSON.stringify(verified)}`);
  const { transaction, gasUsed, signatures } = await readTransaction(stage, project, record);
  return {
    contractAddress: contract,
    registry: registry.address,
    chainId: stage.anvil.chainId,
    repository: repositoryPath(stage),
    path,
    commit: parseLink(record.contractLink).commit,
    before,
    after: record.contractHash,
    signers: signers.map(({ address }) => address),
    signatures,
    refused,
    transaction,
    gasUsed,
    pullRequest: pull.url,
    verified,
    record: toRecordJson(record),
  };
}

async function readRecord({ registry, contract }: Project): Promise<ContractRecord> {
  const head = await registry.readHead();
  const record = await registry.readRecord(contract, head.number);
  if (!record) throw new Error("the record is gone");
  return record;
}

/** As a validator does: the link from the chain, the commit from the host, nothing from here. */
async function hashAgain({ github, directory, owner }: Stage, { contractLink }: ContractRecord): Promise<string> {
  const link = parseLink(contractLink);
  const url = toRepositoryUrl(link);
  const git = openRemoteRepository({
    url,
    directory: join(directory, "verify"),
    token: owner.token,
    enterpriseOrigin: github.url,
  });
  await git.ensureCommit(link.commit);
  return (await hashDirectory(git, link)).hash;
}

/** The line of protocol §2, over a checkout of the same commit. */
async function hashByHand({ work, directory }: Stage, { contractLink }: ContractRecord): Promise<string> {
  const { commit, path } = parseLink(contractLink);
  const tree = join(directory, "checkout");
  await work.git("fetch", "--quiet", "origin", commit);
  await work.git("-c", "core.autocrlf=false", "worktree", "add", "--quiet", "--detach", tree, commit);
  const line =
    "find . -name .git -prune -o -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum";
  return `0x${execFileSync("bash", ["-c", line], { cwd: join(tree, path) })
    .toString()
    .slice(0, 64)}`;
}

async function readTransaction({ anvil, owner }: Stage, { registry, contract }: Project, record: ContractRecord) {
  const head = await registry.readHead();
  const [change] = await registry.readChanges(contract, {
    contractHash: record.contractHash,
    fromBlock: 0,
    block: head.number,
  });
  if (!change) throw new Error("the chain has no event of the change");
  const sent = await anvil.provider.getTransaction(change.transaction);
  const receipt = await settle({ hash: change.transaction }, anvil.accounts[0]);
  const call = registryInterface.parseTransaction({ data: sent?.data ?? "0x" });
  const packed: Hex = call?.args[1] ?? "0x";
  await until("the deployment", async () => (await owner.api.repos.listDeployments(repo)).data[0]);
  const signatures = Array.from({ length: (packed.length - 2) / 130 }, (_, index) => {
    const signature = dataSlice(packed, index * 65, index * 65 + 65) as Hex;
    return { signer: toAddress(String(recoverSigner(change.digest, signature))), signature };
  });
  return { transaction: change.transaction, gasUsed: Number(receipt.gasUsed), signatures };
}

function repositoryPath({ github }: Stage): string {
  const found = [...github.world.repositories.values()].find(
    ({ owner, name }) => `${owner.login}/${name}` === fullName,
  );
  if (!found) throw new Error("the repository is gone");
  return found.git.path;
}
