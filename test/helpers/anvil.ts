import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { HDNodeWallet, JsonRpcProvider, Mnemonic, Wallet } from "ethers";

export interface AnvilOptions {
  /** 31337 where absent. */
  readonly chainId?: number;
  /** Seconds between blocks; where absent, every transaction is mined at once. */
  readonly blockTime?: number;
  /** `manual`: blocks come from `mine` alone. */
  readonly mining?: "auto" | "manual";
  readonly accounts?: number;
  /** More of anvil's own arguments, such as `["--hardfork", "cancun"]`. */
  readonly args?: readonly string[];
}

export interface Anvil extends AsyncDisposable {
  readonly rpc: string;
  readonly chainId: number;
  /** Funded with 10,000 ether each, connected to `provider`. */
  readonly accounts: readonly [Wallet, Wallet, Wallet, ...Wallet[]];
  readonly provider: JsonRpcProvider;
  mine(blocks?: number): Promise<void>;
  stop(): Promise<void>;
}

const mnemonic = "test test test test test test test test test test test junk";

/** A real EVM of its own on a free port. It ends with this process, however that ends. */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const { chainId = 31_337, accounts = 10 } = options;
  const process = spawn(findBinary(), toArguments(options), { stdio: ["ignore", "pipe", "inherit"] });
  const rpc = await readAddress(process);
  const provider = new JsonRpcProvider(rpc, chainId, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 25 });
  const kill = () => process.kill("SIGKILL");
  globalThis.process.once("exit", kill);

  async function stop(): Promise<void> {
    provider.destroy();
    globalThis.process.off("exit", kill);
    if (process.exitCode !== null || process.signalCode !== null) return;
    const exit = once(process, "exit");
    kill();
    await exit;
  }

  return {
    rpc,
    chainId,
    accounts: toAccounts(accounts, provider),
    provider,
    mine: async (blocks = 1) => void (await provider.send("anvil_mine", [`0x${blocks.toString(16)}`])),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function toArguments({ chainId = 31_337, accounts = 10, blockTime, mining, args = [] }: AnvilOptions): string[] {
  const interval = blockTime === undefined ? [] : ["--block-time", String(blockTime)];
  const manual = mining === "manual" ? ["--no-mining"] : [];
  return [
    "--port",
    "0",
    "--chain-id",
    String(chainId),
    "--accounts",
    String(accounts),
    ...interval,
    ...manual,
    ...args,
  ];
}

/** The program itself: the npm wrapper would leave it behind when it is killed. */
function findBinary(): string {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  return require.resolve(`@foundry-rs/anvil-${platform}/bin/anvil${process.platform === "win32" ? ".exe" : ""}`);
}

async function readAddress({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error("anvil has no output");
  const lines = createInterface({ input: stdout });
  for await (const line of lines) {
    const address = /^Listening on (\S+)$/.exec(line)?.[1];
    if (address) {
      stdout.resume();
      return `http://${address}`;
    }
  }
  throw new Error("anvil ended before it listened");
}

function toAccounts(count: number, provider: JsonRpcProvider): Anvil["accounts"] {
  const parent = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), "m/44'/60'/0'/0");
  const wallets = Array.from({ length: count }, (_, i) => new Wallet(parent.deriveChild(i).privateKey, provider));
  const [first, second, third, ...more] = wallets;
  if (!first || !second || !third) throw new Error(`expected at least 3 accounts, found ${count}`);
  return [first, second, third, ...more];
}
