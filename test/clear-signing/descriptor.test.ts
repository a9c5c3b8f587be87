import { readFileSync } from "node:fs";
import { getAddress, TypedDataEncoder } from "ethers";
import { describe, expect, it } from "vitest";
import { toEip712Domain } from "../../src/protocol/approval.ts";
import { zeroAddress } from "../../src/protocol/hex.ts";
import { type Messages, messageTypes } from "../../src/protocol/messages.ts";
import { descriptorFile, descriptorShape, fieldsOf, readDescriptor } from "./descriptor.ts";

type Types = (typeof messageTypes)[keyof Messages];

interface Leaf {
  readonly path: string;
  readonly type: string;
}

/** What a signer signs, down to values: `upgrades.[].calls.[].target`, in the order of the type. */
function toLeaves(types: Types, struct: string, prefix = ""): Leaf[] {
  return (types[struct] ?? []).flatMap(({ name, type }) => {
    const base = type.replace("[]", "");
    const path = `${prefix}${name}${type === base ? "" : ".[]"}`;
    return base in types ? toLeaves(types, base, `${path}.`) : [{ path, type: base }];
  });
}

function toFormat({ path, type }: Leaf): string {
  if (type === "address") return "addressName";
  if (path === "deadline") return "date";
  if (path === "delay") return "duration";
  return path.endsWith(".value") ? "amount" : "raw";
}

const descriptor = readDescriptor();
const kinds = Object.keys(messageTypes) as (keyof Messages)[];
const keyOf = (kind: keyof Messages) => TypedDataEncoder.from(messageTypes[kind]).encodeType(kind);

describe("the clear-signing file", () => {
  it("uses nothing of ERC-7730 that could hide a value", () => {
    expect(descriptorShape.safeParse(descriptor).error).toBeUndefined();
  });

  it("describes every typed message, each by the type that is hashed", () => {
    expect(Object.keys(descriptor.display.formats)).toEqual(kinds.map(keyOf));
  });

  it("is bound to the domain of the signatures", () => {
    const { name, version } = toEip712Domain({ chainId: 1, registry: zeroAddress });
    expect(descriptor.context.eip712.domain).toEqual({ name, version });
  });

  it("lists each deployment once, with its checksum", () => {
    const { deployments } = descriptor.context.eip712;
    const places = deployments.map(({ chainId, address }) => `${chainId}:${getAddress(address)}`);
    expect(deployments.map(({ chainId, address }) => `${chainId}:${address}`)).toEqual([...new Set(places)]);
  });

  it("stands as the command line writes it", () => {
    const text = readFileSync(descriptorFile, "utf8");
    expect(`${JSON.stringify(JSON.parse(text), null, 2)}\n`).toBe(text);
  });
});

describe.each(kinds)("what a wallet shows of %s", (kind) => {
  const format = descriptor.display.formats[keyOf(kind)];
  const fields = format ? fieldsOf(format) : [];
  const leaves = toLeaves(messageTypes[kind], kind);

  it("is every value that is signed, in the order in which it is signed", () => {
    expect(fields.map(({ path }) => path)).toEqual(leaves.map(({ path }) => path));
  });

  it("has the form that its type and meaning ask for", () => {
    expect(fields.map((field) => field.format)).toEqual(leaves.map(toFormat));
  });

  it("fits on a small screen, and no two values have one label", () => {
    const labels = fields.map(({ label }) => label);
    expect(labels.filter((label) => label.length > 20)).toEqual([]);
    expect(new Set(labels).size).toBe(labels.length);
    expect(format?.intent.length).toBeLessThanOrEqual(30);
    expect(format?.$id).toBe(kind);
  });
});
