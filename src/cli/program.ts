import { Command } from "commander";
import type { Answer } from "./answer.ts";
import type { Session } from "./session.ts";
import { readVersion } from "./version.ts";

/** How a command hands over what it does once its words were understood. */
export type Run = (command: (session: Session) => Promise<Answer>) => Promise<void>;

/**
 * Understands the words of the command line and does what they ask.
 *
 * @throws CommanderError for words that are not understood, and for help, which has been printed
 */
export async function runProgram(words: readonly string[], session: Session): Promise<Answer | undefined> {
  let answer: Answer | undefined;
  const run: Run = async (command) => {
    answer = await command(session);
  };
  const program = await createProgram(words, run);
  await program.parseAsync(words, { from: "user" });
  return answer;
}

type AddCommand = (program: Command, run: Run) => void;

/** In the order of `--help`. Of a command that is named no other is loaded: that would be half of the time to its start. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  hash: async () => (await import("./commands/hash.ts")).addHash,
  "build-hash": async () => (await import("./commands/build-hash.ts")).addBuildHash,
  registry: async () => (await import("./commands/registry.ts")).addRegistry,
  register: async () => (await import("./commands/register.ts")).addRegister,
  record: async () => (await import("./commands/record.ts")).addRecord,
  sign: async () => (await import("./commands/sign.ts")).addSign,
  status: async () => (await import("./commands/status.ts")).addStatus,
  verify: async () => (await import("./commands/verify.ts")).addVerify,
};

async function loadCommands(words: readonly string[]): Promise<AddCommand[]> {
  const [first = ""] = words.filter((word) => word !== "--json");
  const load = Object.hasOwn(commands, first) ? commands[first] : undefined;
  return load ? [await load()] : Promise.all(Object.values(commands).map((one) => one()));
}

async function createProgram(words: readonly string[], run: Run): Promise<Command> {
  const program = new Command("countersign")
    .description("Upgrade smart-contract code from pull requests: the review and the signature are one act.")
    .version(readVersion())
    .option("--json", "print one JSON object on stdout, also for an error")
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      "after",
      "\nExit codes: 0 yes, 1 refused or different, 2 wrong use or settings, 3 could not be found out.",
    );
  for (const add of await loadCommands(words)) add(program, run);
  return program;
}
