import { Command } from "commander";
import type { Answer } from "./answer.ts";
import { addBuildHash } from "./commands/build-hash.ts";
import { addHash } from "./commands/hash.ts";
import { addRecord } from "./commands/record.ts";
import { addRegister } from "./commands/register.ts";
import { addRegistry } from "./commands/registry.ts";
import { addSign } from "./commands/sign.ts";
import { addStatus } from "./commands/status.ts";
import { addVerify } from "./commands/verify.ts";
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
  await createProgram(run).parseAsync(words, { from: "user" });
  return answer;
}

function createProgram(run: Run): Command {
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
  for (const add of [addHash, addBuildHash, addRegistry, addRegister, addRecord, addSign, addStatus, addVerify])
    add(program, run);
  return program;
}
