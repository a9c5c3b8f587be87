import type { Command } from "commander";
import { readRecord } from "../../flows/verify.ts";
import { toRecordJson } from "../../protocol/record.ts";
import type { Answer } from "../answer.ts";
import { parseAddress } from "../arguments.ts";
import { openChosenRegistry } from "../clients.ts";
import { addChainOptions, type ChainOptions, finish } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";

export function addRecord(program: Command, run: Run): void {
  const command = program
    .command("record")
    .description("print what the registry holds for a contract, as JSON")
    .argument("<address>", "the contract's address")
    .action((address: string, options: ChainOptions) => run((session) => answerRecord(address, options, session)));
  finish(addChainOptions(command), [
    "countersign record 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc https://rpc.example --registry 0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  ]);
}

async function answerRecord(text: string, options: ChainOptions, session: Session): Promise<Answer> {
  const contract = parseAddress(text);
  const registry = await openChosenRegistry(options, session);
  const record = await session.progress.during("Reading the record", () => readRecord(contract, registry));
  const json = toRecordJson(record);
  return { exit: 0, text: JSON.stringify(json, null, 2), json };
}
