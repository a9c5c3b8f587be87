import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { CountersignError, failure, type Problem } from "./errors.ts";
import { type Address, isAddress, toAddress } from "./protocol/hex.ts";
import { isPlainPath } from "./protocol/link.ts";

/** Where the configuration is, on the default branch. */
export const policyPath = ".github/countersign.yml";

/** The upgrade kinds that the App can plan: `record` moves the record alone. */
export const upgradeKinds = ["record", "uups"] as const;
export type UpgradeKind = (typeof upgradeKinds)[number];

/** When the App announces a proposal on chain (protocol §3, Announcement). */
export const announcementTimes = ["never", "on open", "on quorum"] as const;
export type AnnouncementTime = (typeof announcementTimes)[number];

export interface BuildPolicy {
  /** `Name` or `path/File.sol:Name`; without it the one contract that can be an implementation of the kind. */
  readonly contract?: string;
  /** solc's `settings`, without `outputSelection`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A registered directory. */
export interface PolicyContract {
  readonly address: Address;
  readonly chain: number;
  /** Relative to the repository. */
  readonly path: string;
  readonly kind: UpgradeKind;
  /** True: submodules count as the files of their pinned commits (protocol §2); otherwise they are refused. */
  readonly submodules?: boolean;
  readonly build: BuildPolicy;
}

/** `.github/countersign.yml`, read. */
export interface Policy {
  readonly contracts: readonly PolicyContract[];
  /** The branches whose pull requests are proposals; undefined: the default branch. */
  readonly branches?: readonly string[];
  /** How long signatures are good for, in seconds from the opening of the pull request. */
  readonly term: number;
  readonly propose: AnnouncementTime;
}

const day = 86_400;
/** In characters. Anybody's pull request has a copy that is read, to show its errors. */
const maxLength = 65_536;
const defaultSettings = { optimizer: { enabled: true, runs: 200 } };
const notAnAddress =
  "expected an address of 20 bytes in quotes ('0x…'; without quotes YAML reads a number), with a valid checksum if mixed case";

const contract = z.strictObject({
  address: z.custom<string>(isAddress, notAnAddress).transform(toAddress),
  chain: z.int().positive(),
  path: z.string().transform(toPlainPath).refine(isPlainPath, "expected a path inside the repository"),
  kind: z.enum(upgradeKinds),
  submodules: z.boolean().optional(),
  build: z
    .strictObject({
      contract: z.string().min(1).optional(),
      settings: z.record(z.string(), z.json()).default(defaultSettings),
    })
    .default({ settings: defaultSettings }),
});

const schema = z.strictObject({
  contracts: z.array(contract).min(1),
  branches: z.array(z.string().min(1)).min(1).optional(),
  term: z.int().min(1).max(30).default(14),
  propose: z.enum(announcementTimes).default("never"),
});

/**
 * Reads `.github/countersign.yml`. Unknown keys are refused, so that a misspelt one is never silently without effect.
 *
 * @throws POLICY_INVALID with every problem and its line
 */
export function parsePolicy(text: string): Policy {
  if (text.length > maxLength) throw invalid([`expected at most ${maxLength} characters, found ${text.length}`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) throw invalid(document.errors.map(toFirstLine));
  const parsed = schema.safeParse(toPlain(document));
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map((issue) => `${place(document, lines, issue.path)}: ${issue.message}`));
  }
  const { contracts, branches, term, propose } = parsed.data;
  const twice = contracts.filter((one, index) => contracts.findIndex((other) => isSame(one, other)) !== index);
  if (twice.length > 0)
    throw invalid(twice.map((one) => `contracts: ${one.address} on chain ${one.chain} stands twice`));
  return { contracts: contracts as PolicyContract[], ...(branches && { branches }), term: term * day, propose };
}

/** `./` before and one `/` behind are how people write a directory; `.` is the whole repository. */
function toPlainPath(path: string): string {
  return path.replace(/^\.\//, "").replace(/\/$/, "").replace(/^\.$/, "");
}

/** The lines that follow show the text around. */
function toFirstLine({ message }: Error): string {
  return message.replace(/:?\n[\s\S]*$/, "");
}

function toPlain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    throw failure("POLICY_INVALID", "expected at most 20 aliases", { cause });
  }
}

function isSame(one: { address: string; chain: number }, other: { address: string; chain: number }): boolean {
  return one.address === other.address && one.chain === other.chain;
}

function place(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: PropertyKey[]): string {
  const keys = path.map((key) => (typeof key === "number" ? key : String(key)));
  const node = document.getIn(keys, true) as { range?: [number, number, number] } | undefined;
  const line = node?.range ? `line ${lines.linePos(node.range[0]).line}, ` : "";
  return `${line}${keys.join(".") || "the file"}`;
}

function invalid(messages: readonly string[]): CountersignError {
  const [first, ...rest] = messages.map(
    (message): Problem => ({ code: "POLICY_INVALID", message, subject: policyPath }),
  );
  return first ? new CountersignError([first, ...rest]) : failure("INTERNAL", "an invalid policy without a problem");
}
