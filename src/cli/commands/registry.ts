import type { Command } from "commander";
import { deployRegistry } from "../../flows/deploy-registry.ts";
import type { Answer } from "../answer.ts";
import { parseAddress } from "../arguments.ts";
import { openChosenChain, openRelayer } from "../clients.ts";
import { requireWallet } from "../key.ts";
import { addKeyOptions, type ChainOptions, finish, type KeyOptions } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";

type Options = Omit<ChainOptions, "registry"> & KeyOptions & { readonly curator?: string };

export function addRegistry(program: Command, run: Run): void {
  const registry = program.command("registry").description("the contract that holds the records");
  const command = registry
    .command("deploy")
    .description("deploy the registry: for one curator, at the same address on every chain")
    .option("--curator <address>", "who may register contracts that have no owner; without it nobody")
    .option("--rpc <url>", "JSON-RPC address of the chain; without it the chains of COUNTERSIGN_CHAINS")
    .option("--chain <id>", "which of several chains")
    .action((options: Options) => run((session) => answerDeploy(options, session)));
  finish(addKeyOptions(command), ["countersign registry deploy --rpc https://rpc.example --keystore key.json"]);
}

async function answerDeploy(options: Options, session: Session): Promise<Answer> {
  const curator = options.curator === undefined ? undefined : parseAddress(options.curator);
  const chain = await openChosenChain(options, session);
  const relayer = openRelayer(chain, await requireWallet(options, session));
  const work = () => deployRegistry(curator, { chain, relayer });
  const { address, stood } = await session.progress.during("Deploying the registry", work);
  if (stood) session.progress.note("It stands there already.");
  const json = { registry: address, chainId: chain.chainId, curator: curator ?? null, deployed: !stood };
  return { exit: 0, text: address, json };
}
