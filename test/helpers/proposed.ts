import { Interface } from "ethers";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { registryAbi } from "../../src/protocol/registry-abi.ts";
import type { Anvil } from "./anvil.ts";

const events = new Interface(registryAbi);

/** Every announcement on the chain, oldest first. */
export async function readProposed({ provider }: Anvil, registry: Address) {
  const topics = events.encodeFilterTopics("Proposed", []);
  const logs = await provider.getLogs({ address: registry, topics, fromBlock: 0 });
  return logs.map((log) => {
    const { digest, sender, signatures } = events.decodeEventLog("Proposed", log.data, log.topics);
    return { digest: String(digest), sender: toAddress(sender), signatures: String(signatures) };
  });
}
