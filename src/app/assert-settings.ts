import type { Registry } from "../clients/registry.ts";
import { CountersignError, failure, type Problem } from "../errors.ts";
import type { Installations } from "./installations.ts";

/**
 * A wrong chain setting stops the start; a chain that does not answer does not, since the check says so and waits.
 *
 * @throws SETTING_INVALID with one sentence for each chain
 */
export async function assertChains(
  registries: Iterable<Registry>,
  onUnreachable: (registry: Registry, error: CountersignError) => void,
): Promise<void> {
  const found = await Promise.all(Array.from(registries, (registry) => findProblem(registry, onUnreachable)));
  const [first, ...rest] = found.filter((problem) => problem !== undefined);
  if (first) throw new CountersignError([first, ...rest]);
}

async function findProblem(
  registry: Registry,
  onUnreachable: (registry: Registry, error: CountersignError) => void,
): Promise<Problem | undefined> {
  try {
    if ((await registry.readCode(registry.address)) !== "0x") return undefined;
    return toProblem(
      `expected a registry at ${registry.address} on chain ${registry.chain.chainId}, found no code there`,
    );
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    if (error.code === "CHAIN_WRONG_ID") return toProblem(error.message);
    onUnreachable(registry, error);
    return undefined;
  }
}

/**
 * An App that the host does not know, or another key than its own, stops the start; a host that does not answer does
 * not.
 *
 * @throws SETTING_INVALID
 */
export async function assertIdentity(
  installations: Installations,
  onUnreachable: (error: unknown) => void,
): Promise<void> {
  try {
    await installations.readIdentity();
  } catch (error) {
    const status = typeof error === "object" && error !== null && "status" in error ? error.status : undefined;
    if (status === 401)
      throw failure("SETTING_INVALID", "PRIVATE_KEY: expected the key of this App, the host refuses it");
    if (status === 404) throw failure("SETTING_INVALID", "APP_ID: expected an App that the host knows, it knows none");
    onUnreachable(error);
  }
}

function toProblem(words: string): Problem {
  return { code: "SETTING_INVALID", message: `COUNTERSIGN_CHAINS: ${words}`, subject: "COUNTERSIGN_CHAINS" };
}
