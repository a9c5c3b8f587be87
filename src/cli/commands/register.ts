import { readFileSync } from "node:fs";
import { text as readStream } from "node:stream/consumers";
import type { Command } from "commander";
import { failure } from "../../errors.ts";
import { explainHandover, explainRegistration } from "../../explain/registration.ts";
import { toColumns } from "../../explain/terminal.ts";
import { prepareRegistration, type Registration, register, toTransaction } from "../../flows/register.ts";
import type { Bytes32 } from "../../protocol/hex.ts";
import { parseRecord } from "../../protocol/record.ts";
import type { Answer } from "../answer.ts";
import { openChosenRegistry, openRelayer } from "../clients.ts";
import { readWallet } from "../key.ts";
import { addChainOptions, addKeyOptions, type ChainOptions, finish, type KeyOptions } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";

type Options = ChainOptions & KeyOptions;

export function addRegister(program: Command, run: Run): void {
  const command = program
    .command("register")
    .description("register a contract: its hash, its link, its signers and how many of them must sign")
    .argument("<file>", "the record as JSON (protocol, section 1), or - for standard input")
    .action((file: string, options: Options) => run((session) => answerRegister(file, options, session)));
  finish(addKeyOptions(addChainOptions(command)), [
    "countersign register record.json --keystore key.json --rpc https://rpc.example --registry 0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  ]);
}

async function answerRegister(file: string, options: Options, session: Session): Promise<Answer> {
  const draft = parseRecord(await readJson(file, session));
  const registry = await openChosenRegistry(options, session);
  const wallet = await readWallet(options, session);
  const work = () => prepareRegistration(draft, registry);
  const registration = await session.progress.during("Reading the contract, its owner and the registry", work);
  session.progress.note(explainRegistration(registration.facts, registration.verdict));
  if (draft.contractSigners === undefined)
    session.progress.note("Which signers are contracts was read from their code: see above.");
  if (!wallet) return answerUnsent(registration, await toTransaction(registration, registry));
  const relayer = openRelayer(registry.chain, wallet);
  const transaction = await session.progress.during("Registering", () => register(registration, { registry, relayer }));
  return answerSent(registration, transaction);
}

function answerSent({ facts, verdict }: Registration, transaction: Bytes32 | undefined): Answer {
  const { draft, executor } = facts;
  const next = verdict.handovers.map(explainHandover);
  const text = toColumns([
    ["Registered", `${draft.contractAddress}${transaction ? "" : " (it was before)"}`],
    ["Executor", executor],
    ...(transaction ? [["Transaction", transaction] as const] : []),
    ...next.map((words) => ["Next", words] as const),
  ]);
  return { exit: 0, text, json: { ...toJson({ facts, verdict }), registered: true, transaction: transaction ?? null } };
}

/** Without a key: the transaction for whoever may send it. */
function answerUnsent(registration: Registration, unsigned: Awaited<ReturnType<typeof toTransaction>>): Answer {
  if (!unsigned) return answerSent(registration, undefined);
  const json = { ...toJson(registration), registered: false, transaction: null, unsigned };
  return { exit: 0, text: JSON.stringify(unsigned, null, 2), json };
}

function toJson({ facts, verdict }: Registration): object {
  const { chainId, registry, draft, executor, owner, pendingOwner, curator, admin } = facts;
  return {
    contract: draft.contractAddress,
    chainId,
    registry,
    executor,
    owner: owner ?? null,
    pendingOwner: pendingOwner ?? null,
    curator: curator ?? null,
    admin: admin ?? null,
    contractSigners: draft.contractSigners,
    registrant: verdict.registrant,
    handovers: verdict.handovers,
  };
}

async function readJson(file: string, { stdin }: Session): Promise<unknown> {
  try {
    return JSON.parse(file === "-" ? await readStream(stdin) : readFileSync(file, "utf8"));
  } catch (cause) {
    throw failure("RECORD_INVALID", "expected a file of JSON that can be read", { cause, subject: file });
  }
}
