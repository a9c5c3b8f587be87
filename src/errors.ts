/**
 * What can be found out about a failure, and so a command's exit code: a `refusal` is an answer (1), `usage` is a
 * wrong call or setting (2), a `fault` means that the answer could not be found out (3).
 */
export type FailureKind = "refusal" | "usage" | "fault";

/** Every code that Countersign can answer with. The codes are stable; docs/errors.md lists them with their meaning. */
export const catalogue = {
  TREE_SYMLINK: ["refusal", "Replace the link by the file itself: what a link points to is not covered by the hash."],
  TREE_SUBMODULE: [
    "refusal",
    "Count its files with `--submodules`, and `submodules: true` in .github/countersign.yml; or commit them, or move it out.",
  ],
  TREE_NAME_NOT_UTF8: ["refusal", "Rename the file to valid UTF-8."],
  TREE_NAME_CONTROL: ["refusal", "Rename the file: line breaks and control characters could forge a manifest line."],
  TREE_NAME_BACKSLASH: [
    "refusal",
    "Rename the file: coreutils escapes a backslash, and Windows reads it as a separator.",
  ],
  TREE_NAME_GIT: ["refusal", "Rename the file: some file systems read this name as `.git`."],
  TREE_NAME_DASH: ["refusal", "Rename the file: coreutils reads the name `-` as standard input."],
  TREE_NAME_TWINS: ["refusal", "Rename one of the two: on some disks they are one file."],
  TREE_LFS_POINTER: [
    "refusal",
    "Commit the file itself: the hash covers what git stores, which is only an LFS pointer.",
  ],
  TREE_MALFORMED: ["refusal", "The git tree is broken or was made by hand; write the commit again with git."],
  TREE_OBJECT_MISMATCH: [
    "refusal",
    "The object store is corrupt or was tampered with; clone again and run `git fsck`.",
  ],
  TREE_NOT_A_DIRECTORY: ["refusal", "Name a directory; a file or a link has no tree hash."],
  TREE_ABSENT: ["refusal", "Check the path and the commit: the directory has to exist there."],
  TREE_EMPTY: ["refusal", "Add at least one regular file: the hash of nothing says nothing."],
  TREE_SPECIAL_FILE: ["refusal", "Remove it: only regular files have a hash."],
  TREE_TOO_MANY_FILES: ["refusal", "Register a smaller directory, or raise the limit."],
  TREE_TOO_MANY_BYTES: ["refusal", "Register a smaller directory, or raise the limit."],
  TREE_TOO_DEEP: ["refusal", "Flatten the directory, or raise the limit."],
  TREE_PATH_TOO_LONG: ["refusal", "Shorten the path, or raise the limit."],
  TREE_PATHS_TOO_LONG: ["refusal", "Register a smaller directory, shorten its names, or raise the limit."],
  TREE_TOO_MANY_PROBLEMS: ["refusal", "Mend these first; the others are told then."],
  TREE_TOO_MANY_SUBMODULES: ["refusal", "Register a directory with fewer submodules, or raise the limit."],
  TREE_TRUNCATED: ["refusal", "Hash a local clone, or let git fetch: the host lists this directory only in part."],
  GITMODULES_INVALID: [
    "refusal",
    "Write .gitmodules as `git submodule` does; `git config -f .gitmodules -l` reads it.",
  ],
  SUBMODULE_UNDECLARED: ["refusal", "Add the submodule to .gitmodules with its path and url, or remove it."],
  SUBMODULE_URL: [
    "refusal",
    "Give the submodule an https address of an allowed host, or a relative one, in .gitmodules.",
  ],
  SUBMODULE_UNAVAILABLE: ["refusal", "Push the submodule's commit to its url, and let the token read that repository."],
  LINK_INVALID: ["refusal", "A link is https://HOST/OWNER/REPO/tree/COMMIT/PATH with a full commit id."],
  LINK_HOST: ["refusal", "Only github.com and the host named by GHE_HOST are fetched from."],
  RECORD_INVALID: ["usage", "See docs/protocol.md, section 1, for the record as JSON."],
  SIGNATURE_INVALID: [
    "refusal",
    "A signature is 65 bytes: r, s and v (27 or 28), with s in the lower half of the curve order.",
  ],
  APPROVAL_BLOCK_INVALID: [
    "refusal",
    "The copy in the comment differs from what was derived; do not sign, and ask a maintainer.",
  ],
  POLICY_INVALID: ["refusal", "See docs/configuration.md for the keys of .github/countersign.yml."],
  BUILD_FAILED: [
    "refusal",
    "Fix what the compiler names; the App compiles with the settings in .github/countersign.yml.",
  ],
  BUILD_INFO_INVALID: [
    "refusal",
    "Give the build-info as `forge build --build-info` or Hardhat wrote it, or a standard JSON input; see docs/guides/build-hash.md.",
  ],
  BUILD_SOURCE_DIFFERS: [
    "refusal",
    "Build again, from exactly this commit and with its line ends: these are not the bytes that signers read.",
  ],
  BUILD_SOURCE_ABSENT: [
    "refusal",
    "Commit the file, or name where the project lies with --project; the compiler read what the directory has not.",
  ],
  PROPOSAL_NOT_READY: ["refusal", "Resolve what the check says on the pull request, then sign."],
  SIGNER_UNKNOWN: ["refusal", "Only the record's current signers count; `countersign record` lists them."],
  HASH_MISMATCH: ["refusal", "What is at the link is not what the record names. Do not run it."],
  RECORD_ABSENT: ["refusal", "Register the contract first: `countersign register`."],
  REGISTRATION_REFUSED: ["refusal", "The registry refused; the reason is in the message."],
  USAGE: ["usage", "Run the command with --help for an example."],
  SETTING_INVALID: ["usage", "See .env.example for the settings and their form."],
  STORE_LOCKED: [
    "usage",
    "Another process uses this data directory; stop it, or set COUNTERSIGN_DATA or DATABASE_URL.",
  ],
  GIT_UNREACHABLE: ["fault", "Try again; if it goes on, check the network, the host and the token."],
  GIT_REFUSED: ["fault", "The host does not serve this commit; check the address, the commit and the token."],
  GIT_OBJECT_ABSENT: ["fault", "The repository is incomplete: fetch the commit again, or clone it in full."],
  GIT_NOT_A_COMMIT: ["refusal", "Name a commit by its full id, as `git rev-parse` prints it."],
  GIT_COMMIT_UNCHECKED: ["refusal", "Let git fetch the commit: the API does not tell all that its id is made of."],
  GIT_NOT_A_REPOSITORY: ["usage", "Name a git repository (SHA-1 object format), bare or with a work tree."],
  GIT_TOO_LARGE: ["refusal", "The repository is larger than the limit; raise it, or hash a local clone."],
  GITHUB_UNREACHABLE: ["fault", "Try again; if it goes on, see the host's status page."],
  GITHUB_LIMITED: [
    "fault",
    "Wait until then; the App does so by itself. A GITHUB_TOKEN of your own has a limit of its own.",
  ],
  GITHUB_REFUSED: ["fault", "Check that the token or the App may read this repository."],
  INSTALLATION_GONE: ["fault", "Install the App on the repository again, or end its suspension; nothing is lost."],
  GITHUB_TOO_MANY: ["fault", "Delete such comments of those who may not write here; it is read again by itself."],
  CHAIN_UNREACHABLE: ["fault", "Check the RPC address; nothing was changed."],
  CHAIN_WRONG_ID: ["usage", "The RPC answers for another chain than the setting says."],
  CHAIN_REFUSED: ["fault", "Check the RPC's limits and the key in its address; nothing was changed."],
  CHAIN_REVERTED: ["refusal", "The contract refused; the reason is in the message."],
  DEPLOYER_ABSENT: ["refusal", "Deploy it first, from any account: docs/guides/deploy-a-registry.md says how."],
  RELAYER_UNABLE: ["fault", "Fund the relayer's account, or raise its fee cap; nothing was sent."],
  STORE_FAILED: [
    "fault",
    "Nothing lives only there: mend the database, or move the data directory away, and start again.",
  ],
  TIP_MOVED: ["fault", "Nothing was sent; it is read again by itself."],
  TRANSACTION_UNKNOWN: ["fault", "Look the transaction up before sending anything again."],
  INTERNAL: ["fault", "This is a defect of Countersign; please report it with the message."],
} as const satisfies Record<string, readonly [FailureKind, string]>;

export type ErrorCode = keyof typeof catalogue;

/** One thing that is wrong: what was found, what was expected. The hint (what to do) comes from the catalogue. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  /** The file, key or URL at fault, as found; not yet made safe to print. */
  readonly subject?: string;
}

/** The one error class. Carries every problem found, not only the first; `code` is that of the first. */
export class CountersignError extends Error {
  override readonly name = "CountersignError";
  readonly problems: readonly [Problem, ...Problem[]];
  /** Of a fault that ends by itself: when, in Unix milliseconds. */
  readonly until: number | undefined;

  constructor(
    problems: Problem | readonly [Problem, ...Problem[]],
    { until, ...options }: ErrorOptions & { until?: number } = {},
  ) {
    const all: readonly [Problem, ...Problem[]] = "code" in problems ? [problems] : problems;
    super(all.map((problem) => problem.message).join("\n"), options);
    this.problems = all;
    this.until = until;
  }

  get code(): ErrorCode {
    return this.problems[0].code;
  }

  get kind(): FailureKind {
    return catalogue[this.code][0];
  }

  get hint(): string {
    return catalogue[this.code][1];
  }
}

/** Throws one problem: `throw failure("LINK_INVALID", "expected a full commit id, found \"main\"")`. */
export function failure(
  code: ErrorCode,
  message: string,
  { subject, ...options }: ErrorOptions & { subject?: string; until?: number } = {},
): CountersignError {
  return new CountersignError({ code, message, ...(subject !== undefined && { subject }) }, options);
}

/** The end of a switch over a union: does not compile while a case is missing. */
export function assertUnreachable(value: never): never {
  throw failure("INTERNAL", `unexpected case: ${JSON.stringify(value)}`);
}
