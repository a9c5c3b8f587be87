import { type LookupAddress, lookup } from "node:dns";
import { BlockList, type LookupFunction } from "node:net";
import { failure } from "../../errors.ts";

/** Addresses that no public host has: IANA's special-purpose registries (RFC 6890 and its successors). */
const special = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  special.addSubnet(network, bits, "ipv4");

/** Global unicast is all that the public IPv6 internet uses; of it, these carry IPv4 addresses or are not routed. */
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");
for (const [network, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  special.addSubnet(network, bits, "ipv6");

export function isPublicAddress({ address, family }: LookupAddress): boolean {
  if (family === 4) return !special.check(address, "ipv4");
  return global6.check(address, "ipv6") && !special.check(address, "ipv6");
}

/**
 * A `lookup` for node's sockets that answers only public addresses. It is asked for the very connection, so a name that
 * answers differently the second time (DNS rebinding) gains nothing.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const [first] = addresses;
    if (first === undefined || !addresses.every(isPublicAddress))
      return callback(failure("LINK_HOST", `expected a public address, found a private one for "${hostname}"`), []);
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
