import type { Announcement } from "../clients/registry/announcements.ts";
import type { Registry } from "../clients/registry.ts";
import type { Receipt } from "../clients/relayer/receipt.ts";
import type { Relayer } from "../clients/relayer.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import { toProposeData } from "../protocol/registry-calls.ts";
import { packSignatures } from "../protocol/signature.ts";
import type { AnnounceOrder } from "../verdict.ts";

interface Clients {
  readonly registry: Registry;
  readonly relayer: Relayer;
}

/** How far the clocks of GitHub and of a chain may be apart, in seconds. */
const clockDifference = 3_600;

/**
 * Sees to it that the proposal is announced once for each kind. Nothing on chain would stop a second announcement, so what
 * the relayer has no record of is looked for in the events. To be called again after any fault.
 *
 * @throws CHAIN_UNREACHABLE, RELAYER_UNABLE, TRANSACTION_UNKNOWN and the like
 */
export async function ensureAnnounced(order: AnnounceOrder, clients: Clients): Promise<Bytes32> {
  const { registry, relayer } = clients;
  const { approval, digest } = order.proposal;
  const receipt = await relayer.send({
    purpose: `propose ${order.kind} ${digest}`,
    to: registry.address,
    data: toProposeData(approval, packSignatures(order.signatures)),
    findDone: () => findAnnounced(order, clients),
  });
  return receipt.transaction;
}

async function findAnnounced(order: AnnounceOrder, { registry, relayer }: Clients): Promise<Receipt | undefined> {
  const head = await registry.readHead();
  const fromBlock = await registry.readBlockBefore(order.since - clockDifference, head);
  const found = await registry.readAnnouncements(order.proposal.digest, { fromBlock, block: head.number });
  const known = found.find((one) => isSame(one, order, relayer));
  return known && relayer.confirm(known.transaction);
}

/**
 * Without signatures anybody's says all that ours would: the registry takes the digest of what it emits. Whether a
 * stranger's signatures are a quorum is not judged; of our own, more may have been posted since.
 */
function isSame(
  { sender, signatures }: Announcement,
  { kind, signatures: wanted }: AnnounceOrder,
  { addresses }: Relayer,
) {
  if (kind === "open") return true;
  return signatures === packSignatures(wanted) || (addresses.includes(sender) && signatures !== "0x");
}
