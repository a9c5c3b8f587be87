import { readdirSync, readFileSync } from "node:fs";
import { id, TypedDataEncoder } from "ethers";
import { describe, expect, it } from "vitest";
import { hashMessage, type Messages, messageTypes } from "../../src/protocol/messages.ts";

const kinds = Object.keys(messageTypes) as (keyof Messages)[];

describe.each(kinds)("the vectors of %s", (kind) => {
  const directory = new URL(`../vectors/${kind.toLowerCase()}/`, import.meta.url);
  it.each(readdirSync(directory))("%s", (file) => {
    const { domain, message, typeHash, digest } = JSON.parse(readFileSync(new URL(file, directory), "utf8"));
    const { chainId, verifyingContract: registry } = domain;
    expect(hashMessage(kind, { domain: { chainId, registry }, message })).toBe(digest);
    expect(id(TypedDataEncoder.from(messageTypes[kind]).encodeType(kind))).toBe(typeHash);
  });
});
