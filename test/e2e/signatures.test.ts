import { HDNodeWallet, N, Signature, toBeHex } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toAddress } from "../../src/protocol/hex.ts";
import {
  awaitCheck,
  awaitComment,
  type readTypedData,
  review,
  reviewer,
  signRejection,
  signTyped,
} from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { type Project, signerAt } from "../stage/project.ts";
import { type OpenedPull, openPull } from "../stage/upgrade.ts";

const otherRegistry = toAddress("0x00000000000000000000000000000000000000f1");
const unknownRegistry = toAddress("0x00000000000000000000000000000000000000f2");
const stranger = HDNodeWallet.createRandom();

let play: Play;
let project: Project;
let pull: OpenedPull;
let comment: string;

beforeAll(async () => {
  play = await openPlay({
    records: { paths: ["rules"], signers: 9, threshold: 6 },
    settings: ({ anvil, toSettings }, registry) => {
      const [chain] = JSON.parse(String(toSettings(registry).COUNTERSIGN_CHAINS));
      const other = { ...chain, chainId: anvil.chainId + 1, registry: otherRegistry, rpc: "http://127.0.0.1:9" };
      return { COUNTERSIGN_CHAINS: JSON.stringify([chain, other]) };
    },
  });
  project = projectAt(play, 0);
  pull = await openPull(play.stage, project, { files: { "rules/Rules.txt": "Second rules\n" } });
  comment = await awaitComment(play.stage, pull.number);
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

type Typed = ReturnType<typeof readTypedData>;
const changed = (change: (typed: Typed) => void) => (wallet: HDNodeWallet) => signTyped(wallet, comment, change);
const reshaped = (shape: (signature: Signature) => string) => async (wallet: HDNodeWallet) =>
  shape(Signature.from(await signTyped(wallet, comment)));
const otherBytes = "another account signed, or other bytes were signed";

function toHighS({ r, s, v }: Signature): string {
  return `${r}${toBeHex(N - BigInt(s), 32).slice(2)}${v === 27 ? "1c" : "1b"}`;
}

describe("a signature in a review", () => {
  it.each<[string, (wallet: HDNodeWallet) => Promise<string>, () => string]>([
    [
      "for the hash that the record has already",
      changed(({ message }) => {
        message.upgrades[0].contractHash = project.before;
      }),
      () => `for another hash: \`${project.before}\``,
    ],
    [
      "for any other hash",
      changed(({ message }) => {
        message.upgrades[0].contractHash = `0x${"5a".repeat(32)}`;
      }),
      () => otherBytes,
    ],
    [
      "for another link",
      changed(({ message }) => {
        message.upgrades[0].contractLink += "/elsewhere";
      }),
      () => otherBytes,
    ],
    [
      "for another deadline",
      changed(({ message }) => {
        message.deadline = "1999999999";
      }),
      () => otherBytes,
    ],
    [
      "for another chain",
      changed(({ domain }) => {
        domain.chainId = 1;
      }),
      () => "for chain 1",
    ],
    [
      "for the registry of another chain that the bot knows",
      changed(({ domain }) => {
        domain.chainId = play.stage.anvil.chainId + 1;
        domain.verifyingContract = otherRegistry;
      }),
      () => `for chain ${play.stage.anvil.chainId + 1}`,
    ],
    [
      "for another registry that the bot knows",
      changed(({ domain }) => {
        domain.verifyingContract = otherRegistry;
      }),
      () => `for the registry \`${otherRegistry}\``,
    ],
    [
      "for a registry that nobody knows",
      changed(({ domain }) => {
        domain.verifyingContract = unknownRegistry;
      }),
      () => otherBytes,
    ],
    [
      "for another version",
      changed(({ message }) => {
        message.upgrades[0].version = "3";
      }),
      () => "for version 3",
    ],
    ["of an account that is no signer", () => signTyped(stranger, comment), () => toAddress(stranger.address)],
    ["with high s", reshaped(toHighS), () => "expected s in the lower half of the curve order, found high s"],
    ["with v 0 or 1", reshaped(({ r, s, yParity }) => `${r}${s.slice(2)}0${yParity}`), () => "expected v 27 or 28"],
    ["of 64 bytes", reshaped(({ compactSerialized }) => compactSerialized), () => "expected 65 bytes, found 64"],
    ["with a byte too many", reshaped(({ serialized }) => `${serialized}00`), () => "expected 65 bytes, found 66"],
    [
      "that says the opposite of its line",
      (wallet) => signRejection(wallet, comment),
      () => "approval and rejection are different messages",
    ],
  ])("%s does not count, and the comment says why", async (_, sign, words) => {
    const person = reviewer(play.stage, 0);
    const id = await review(person, pull.number, `/countersign sign ${await sign(signerAt(project, 0))}`);
    const now = await awaitComment(play.stage, pull.number, `#pullrequestreview-${id})`);
    const [line = ""] = now.split("\n").filter((one) => one.includes(`#pullrequestreview-${id})`));
    expect(line).toContain(words());
    expect(line).toContain("`signer-1`");
    expect(now).toContain("#### 0 of 6 signed");
  });

  it("counts once, however often and by whomever it is posted", async () => {
    const first = `/countersign sign ${await signTyped(signerAt(project, 0), comment)}`;
    await review(reviewer(play.stage, 0), pull.number, first);
    await awaitComment(play.stage, pull.number, "#### 1 of 6 signed");
    await review(reviewer(play.stage, 1), pull.number, `${first}\n${first}`);
    const now = await awaitComment(play.stage, pull.number, "who is counted already");
    expect(now.match(/who is counted already/g)).toHaveLength(2);
    expect(now).toContain("#### 1 of 6 signed");
    await awaitCheck(play.stage, pull.head, "in_progress");
  });

  it("is only text where it is quoted, indented or in the middle of a line", async () => {
    const line = `/countersign sign ${await signTyped(signerAt(project, 1), comment)}`;
    await review(reviewer(play.stage, 1), pull.number, `> ${line}\n\n    ${line}\n\nI would ${line}`);
    await review(
      reviewer(play.stage, 2),
      pull.number,
      `Signed.\r\n\r\n/countersign sign ${await signTyped(signerAt(project, 2), comment)}\r\n`,
    );
    const now = await awaitComment(play.stage, pull.number, "#### 2 of 6 signed");
    expect(now).toContain(`| \`${signerAt(project, 1).address}\` | ⏳ missing |`);
  });
});
