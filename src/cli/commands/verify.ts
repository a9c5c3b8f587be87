import type { Command } from "commander";
import { toColumns } from "../../explain/terminal.ts";
import { type Verification, verifyRecord } from "../../flows/verify.ts";
import type { Domain } from "../../protocol/approval.ts";
import type { Answer } from "../answer.ts";
import { parseAddress } from "../arguments.ts";
import { openChosenRegistry } from "../clients.ts";
import { addHashOptions, type HashOptions, openHashing } from "../hashing.ts";
import { addChainOptions, type ChainOptions, finish } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";

type VerifyOptions = ChainOptions & HashOptions;

export function addVerify(program: Command, run: Run): void {
  const command = program
    .command("verify")
    .description("fetch what a contract's record names, hash it and compare")
    .argument("<address>", "the contract's address")
    .action((address: string, options: VerifyOptions) => run((session) => answerVerify(address, options, session)));
  finish(addHashOptions(addChainOptions(command)), [
    "countersign verify 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc https://rpc.example --registry 0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  ]);
}

async function answerVerify(text: string, options: VerifyOptions, session: Session): Promise<Answer> {
  const contract = parseAddress(text);
  const context = await openHashing(options, session);
  const registry = await openChosenRegistry(options, session);
  const work = () => verifyRecord(contract, { registry, ...context });
  const found = await session.progress.during("Reading the record, fetching and hashing what it names", work);
  return { exit: found.isEqual ? 0 : 1, text: toText(found), json: toJson(found, registry.domain) };
}

function toText({ record, found, isEqual }: Verification): string {
  return toColumns([
    [
      isEqual ? "equal" : "DIFFERENT",
      isEqual ? "the link holds what the record names" : "do not run what is at the link",
    ],
    ["recorded", record.contractHash],
    ["found", found],
    ["link", record.contractLink],
    ["version", String(record.version)],
  ]);
}

function toJson({ record, found, isEqual }: Verification, { chainId, registry }: Domain): object {
  const { contractAddress: contract, contractHash: recorded, contractLink: link, version } = record;
  return { equal: isEqual, recorded, found, link, version, contract, chainId, registry };
}
