import type { Command } from "commander";
import {
  deployRegistry,
  type PreparedRegistry,
  prepareRegistry,
  toConstructorArguments,
} from "../../flows/deploy-registry.ts";
import { type Address, zeroAddress } from "../../protocol/hex.ts";
import type { Answer } from "../answer.ts";
import { parseAddress } from "../arguments.ts";
import { openClearSigning } from "../clear-signing.ts";
import { openChosenChain, openRelayer } from "../clients.ts";
import { requireWallet } from "../key.ts";
import { addKeyOptions, type ChainOptions, finish, type KeyOptions } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";

interface Options extends Omit<ChainOptions, "registry">, KeyOptions {
  readonly curator?: string;
  readonly dryRun?: true;
  readonly clearSigning?: string;
}

export function addRegistry(program: Command, run: Run): void {
  const registry = program.command("registry").description("the contract that holds the records");
  const command = registry
    .command("deploy")
    .description("deploy the registry: for one curator, at the same address on every chain")
    .option("--curator <address>", "who may register contracts that have no owner; none, as without it: nobody")
    .option("--dry-run", "say where it stands or would stand; needs no key and sends nothing")
    .option("--clear-signing <file>", "add it to this ERC-7730 file, for wallets that show what is signed")
    .option("--rpc <url>", "JSON-RPC address of the chain; without it the chains of COUNTERSIGN_CHAINS")
    .option("--chain <id>", "which of several chains")
    .action((options: Options) => run((session) => answerDeploy(options, session)));
  finish(addKeyOptions(command), [
    "countersign registry deploy --rpc https://rpc.example --dry-run",
    "countersign registry deploy --rpc https://rpc.example --keystore key.json",
  ]);
}

async function answerDeploy(options: Options, session: Session): Promise<Answer> {
  const curator = parseCurator(options.curator);
  const file = options.clearSigning === undefined ? undefined : openClearSigning(options.clearSigning);
  const chain = await openChosenChain(options, session);
  const wallet = options.dryRun ? undefined : await requireWallet(options, session);
  const look = () => prepareRegistry(chain, curator);
  const prepared = await session.progress.during("Looking for the registry", look);
  session.progress.note(toWords(prepared, curator));
  if (!wallet) return toAnswer(prepared, { curator, deployed: false });
  const deployed = !prepared.stands;
  const deploy = () => deployRegistry(prepared, openRelayer(chain, wallet));
  if (deployed) await session.progress.during("Deploying the registry", deploy);
  file?.add(prepared.registry.domain);
  return toAnswer(prepared, { curator, deployed });
}

/** `none` is the zero address, and so is leaving it out. */
function parseCurator(text: string | undefined): Address | undefined {
  const curator = text === undefined || text === "none" ? zeroAddress : parseAddress(text);
  return curator === zeroAddress ? undefined : curator;
}

function toWords({ registry, stands }: PreparedRegistry, curator: Address | undefined): string {
  const whose = curator ? `of the curator ${curator}` : "without curator";
  const { address, domain } = registry;
  return stands
    ? `The registry ${whose} stands at ${address} on chain ${domain.chainId} already.`
    : `The registry ${whose} is not on chain ${domain.chainId} yet; its address there is ${address}.`;
}

function toAnswer(
  { registry, stands }: PreparedRegistry,
  { curator, deployed }: { readonly curator: Address | undefined; readonly deployed: boolean },
): Answer {
  const json = {
    registry: registry.address,
    chainId: registry.domain.chainId,
    curator: curator ?? null,
    deployed,
    stands: stands || deployed,
    constructorArguments: toConstructorArguments(curator),
  };
  return { exit: 0, text: registry.address, json };
}
