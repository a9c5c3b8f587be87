import { Wallet } from "ethers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { countersign } from "./countersign.ts";
import { type PullScene, setPullScene, signers } from "./pull-scene.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const [first, second, third] = signers as [Wallet, Wallet, Wallet];
const key = (wallet: Wallet) => ({ COUNTERSIGN_KEY: wallet.privateKey });

let scene: PullScene;

beforeAll(async () => {
  scene = await setPullScene();
});
afterEach(() => {
  expect(scene.stage.github.violations).toEqual([]);
});
afterAll(() => scene.end());

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  countersign(args, { env: { ...scene.env, ...env } });

async function readJson(args: readonly string[], env?: Record<string, string>) {
  const { exit, stdout, stderr } = await run([...args, "--json"], env);
  return { exit, json: JSON.parse(stdout), stderr };
}

async function readPosts(number: number) {
  const { alice, repo } = scene.stage;
  const { data: reviews } = await alice.api.pulls.listReviews({ ...repo, pull_number: number });
  const { data: comments } = await alice.api.issues.listComments({ ...repo, issue_number: number });
  return { reviews, comments: comments.filter(({ user }) => user?.type !== "Bot") };
}

describe("a pull request that upgrades the vault", () => {
  let number: number;
  let url: string;

  beforeAll(async () => {
    number = await scene.openPull("upgrade");
    url = scene.toUrl(number);
    await scene.review(number);
  });

  it("waits for signatures, and says whose", async () => {
    const { exit, json } = await readJson(["status", url]);
    expect(exit).toBe(1);
    expect(json).toMatchObject({ url, check: "in_progress", scope: { kind: "proposals" } });
    expect(json.proposals).toMatchObject([
      {
        chainId: 31337,
        registry: scene.registry.address,
        state: "proposed",
        reasons: [{ code: "waiting", signed: 0, needed: 2 }],
        digest: expect.stringMatching(/^0x/),
        changes: [{ contract: scene.contract, before: { hash: scene.before, version: 1 }, after: { files: 3 } }],
        tallies: [{ needed: 2, signed: 0, signers: Array(3).fill({ stand: "missing" }) }],
      },
    ]);
    const text = await run(["status", `${url}/files?w=1#top`]);
    expect(text.exit).toBe(1);
    expect(text.stdout).toContain("Chain 31337: Waiting for signatures: 0 of 2 signed");
    expect(text.stdout).toContain(`${first.address}  missing`);
  });

  it("gives the typed message for any wallet, whose signature then counts", async () => {
    const ran = await run(["sign", url]);
    expect(ran.exit).toBe(0);
    const { types, domain, message, primaryType } = JSON.parse(ran.stdout);
    expect(primaryType).toBe("Approval");
    expect(ran.stderr).toContain("Signatures are public");
    expect(ran.stderr).toContain(`${url}: /countersign sign 0xSIGNATURE`);
    const { EIP712Domain: _, ...own } = types;
    const signature = await first.signTypedData(domain, own, message);
    const { bob, repo } = scene.stage;
    const body = `Fine.\n\n/countersign sign ${signature}`;
    await bob.api.pulls.createReview({ ...repo, pull_number: number, event: "COMMENT", body });
    const { json } = await readJson(["status", url]);
    expect(json.proposals[0].tallies[0]).toMatchObject({ signed: 1 });
  });

  it("is shown in full before it is signed, and compared with the bot's comment", async () => {
    const { stderr, stdout, exit } = await run(["sign", url, "--no-post"], key(second));
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^\/countersign sign 0x[0-9a-f]{130}\n$/);
    const { json } = await readJson(["sign", url], key(second));
    const [{ digest, structHash, domainHash, changes }] = json.proposals;
    for (const shown of [
      ...[digest, structHash, domainHash, scene.contract, scene.registry.address, scene.before],
      ...[changes[0].after.hash, changes[0].after.link, changes[0].implementation.address],
      ...["Version         1 -> 2", "Call            ", "Deadline        20", "an approval"],
      "The comment on the pull request says the same.",
    ])
      expect(stderr).toContain(shown);
    expect(json).toMatchObject({ signer: second.address, posted: null });
    expect((await readPosts(number)).reviews).toHaveLength(1);
  });

  it("is refused to who is no signer", async () => {
    const stranger = { ...key(new Wallet(`0x${"42".repeat(32)}`)), GITHUB_TOKEN: scene.stage.bob.token };
    const { exit, json } = await readJson(["sign", url], stranger);
    expect(exit).toBe(1);
    expect(json).toMatchObject({ error: { code: "SIGNER_UNKNOWN" } });
    expect((await readPosts(number)).reviews).toHaveLength(1);
  });

  it("is approved by a review that the command line posts once", async () => {
    const env = { ...key(second), GITHUB_TOKEN: scene.stage.bob.token };
    const { exit, json } = await readJson(["sign", url, "--post"], env);
    expect(exit).toBe(0);
    const { reviews } = await readPosts(number);
    expect(reviews).toHaveLength(2);
    expect(reviews[1]).toMatchObject({ state: "APPROVED", html_url: json.posted.url, user: { login: "bob" } });
    expect(reviews[1]?.body).toContain(json.proposals[0].line);
    const again = await readJson(["sign", url], env);
    expect(again).toMatchObject({ exit: 0, json: { posted: null } });
    expect(again.stderr).toContain("Said before, and counted");
    expect((await readPosts(number)).reviews).toHaveLength(2);
    expect(await readJson(["status", url])).toMatchObject({ exit: 0, json: { check: "success" } });
  });

  it("is rejected by its author in a comment, for no author may review", async () => {
    const env = { ...key(third), GITHUB_TOKEN: scene.stage.alice.token };
    const { exit, json, stderr } = await readJson(["sign", url, "--reject"], env);
    expect(exit).toBe(0);
    expect(stderr).toContain("a REJECTION");
    expect(json.posted.kind).toBe("comment");
    const { comments } = await readPosts(number);
    expect(comments.at(-1)?.body).toMatch(/^I reject this upgrade\.\n\n\/countersign reject 0x/);
    const refused = await readJson(["sign", url], env);
    expect(refused).toMatchObject({ exit: 1, json: { error: { code: "PROPOSAL_NOT_READY" } } });
    expect(refused.json.error.message).toContain("outweighs");
  });
});

describe("a rejection by somebody else", () => {
  it("requests changes, and enough of them end the proposal", async () => {
    const number = await scene.openPull("rejected");
    for (const wallet of [first, second]) {
      const env = { ...key(wallet), GITHUB_TOKEN: scene.stage.bob.token };
      expect(await run(["sign", scene.toUrl(number), "--reject"], env)).toMatchObject({ exit: 0 });
    }
    const { reviews } = await readPosts(number);
    expect(reviews.map(({ state }) => state)).toEqual(["CHANGES_REQUESTED", "CHANGES_REQUESTED"]);
    const { exit, json } = await readJson(["status", scene.toUrl(number)]);
    expect(exit).toBe(1);
    expect(json.proposals).toMatchObject([{ state: "rejected" }]);
    const late = await readJson(["sign", scene.toUrl(number)], key(third));
    expect(late).toMatchObject({ exit: 1, json: { error: { code: "PROPOSAL_NOT_READY" } } });
  });
});

describe("a comment of the bot that was tampered with", () => {
  it("is not signed beside", async () => {
    const number = await scene.openPull("tampered");
    await scene.review(number);
    const { bot, repo } = scene.stage;
    const { data: comments } = await bot.issues.listComments({ ...repo, issue_number: number });
    const [sticky] = comments;
    const body = String(sticky?.body).replace(/"deadline": "?(\d+)"?/, '"deadline": "9999999999"');
    await bot.issues.updateComment({ ...repo, comment_id: sticky?.id ?? 0, body });
    const { exit, json } = await readJson(["sign", scene.toUrl(number)], key(first));
    expect(exit).toBe(1);
    expect(json).toMatchObject({ error: { code: "APPROVAL_BLOCK_INVALID" } });
  });
});

describe("a pull request that proposes nothing that can be signed", () => {
  it("touches no registered directory", async () => {
    const url = scene.toUrl(await scene.openPull("quiet", { "README.md": "# Hello\n" }));
    expect(await readJson(["status", url])).toMatchObject({ exit: 0, json: { scope: { kind: "untouched" } } });
    const { exit, json } = await readJson(["sign", url], key(first));
    expect(exit).toBe(1);
    expect(json.error).toMatchObject({ code: "PROPOSAL_NOT_READY", message: expect.stringContaining("No registered") });
  });

  it("does not build, or cannot be hashed, and its words cannot move the cursor", async () => {
    const url = scene.toUrl(await scene.openPull("broken", { "contracts/vault/Vault.sol": "\u001b[31m" }));
    const ran = await run(["status", url]);
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain("does not build");
    const signed = await run(["sign", url], key(first));
    expect(signed).toMatchObject({
      exit: 1,
      stdout: "",
      stderr: expect.stringContaining("PROPOSAL_NOT_READY: Chain 31337"),
    });
    expect(ran.stdout + signed.stderr).not.toContain("\u001b");
  });
});
