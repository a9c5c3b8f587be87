import { concat, dataSlice, N, SigningKey, toBeHex, Wallet } from "ethers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes32, type Hex, toAddress } from "../../src/protocol/hex.ts";
import {
  packSignatures,
  parseAccountSignature,
  recoverSigner,
  toCanonicalSignature,
} from "../../src/protocol/signature.ts";

const digest = `0x${"17".repeat(32)}` as Bytes32;
const key = new SigningKey(`0x${"01".repeat(32)}`);
const signer = toAddress(new Wallet(key).address);
const signed = key.sign(digest);
const { r, s } = signed;
const canonical = signed.serialized as Hex;
const withV = (v: number, high = s) => concat([r, high, toBeHex(v, 1)]);
const highS = toBeHex(N - BigInt(s), 32);

describe("the one form that the registry takes from an account", () => {
  it("is taken, in small letters", () => {
    expect(parseAccountSignature(canonical)).toBe(canonical);
    expect(parseAccountSignature(`0x${canonical.slice(2).toUpperCase()}`)).toBe(canonical);
    expect(recoverSigner(digest, canonical)).toBe(signer);
  });

  const refused: [string, string][] = [
    ["v 0", withV(0)],
    ["v 1", withV(1)],
    ["v 2", withV(2)],
    ["v of EIP-155", withV(37)],
    ["high s", withV(signed.v === 27 ? 28 : 27, highS)],
    ["64 bytes (EIP-2098)", signed.compactSerialized],
    ["66 bytes", `${canonical}00`],
    ["an ERC-6492 wrapper", `${canonical}${"6492".repeat(16)}`],
    ["half a byte more", `${canonical}0`],
    ["half a byte less", canonical.slice(0, -1)],
    ["nothing", "0x"],
    ["no 0x", canonical.slice(2)],
    ["an 0X", canonical.replace("0x", "0X")],
    ["a letter that is no digit", canonical.replace(/.$/, "g")],
    ["a line end", `${canonical}\n`],
    ["digits of another script", `0x${"٣".repeat(130)}`],
  ];
  it.each(refused)("is not %s", (_, text) => {
    expect(() => parseAccountSignature(text)).toThrow(expect.objectContaining({ code: "SIGNATURE_INVALID" }));
  });

  const pointless: [string, string][] = [
    ["r is zero", concat([toBeHex(0, 32), s, "0x1b"])],
    ["s is zero", concat([r, toBeHex(0, 32), "0x1b"])],
    ["r is the order", concat([toBeHex(N, 32), s, "0x1b"])],
    ["everything is zero but v", concat([toBeHex(0, 64), "0x1b"])],
  ];
  it.each(pointless)("recovers to nobody where %s", (_, signature) => {
    expect(recoverSigner(digest, signature as Hex)).toBeUndefined();
  });
});

describe("what a wallet returns", () => {
  const taken: [string, string][] = [
    ["in the form itself", canonical],
    ["with v 0 or 1", withV(signed.yParity)],
    ["in 64 bytes (EIP-2098)", signed.compactSerialized],
    ["in capitals", `0x${canonical.slice(2).toUpperCase()}`],
  ];
  it.each(taken)("is turned into the form where it comes %s", (_, text) => {
    expect(toCanonicalSignature(text)).toBe(canonical);
  });

  const parity = 1n << 255n;
  const refused: [string, string][] = [
    ["high s", withV(27, highS)],
    ["high s and v 0", withV(0, highS)],
    ["high s in 64 bytes", concat([r, toBeHex((N / 2n + 1n) | parity, 32)])],
    ["v 2", withV(2)],
    ["v of EIP-155", withV(37)],
    ["63 bytes", dataSlice(canonical, 0, 63)],
    ["words", "rejected by the user"],
    ["nothing", ""],
  ];
  it.each(refused)("is refused with %s", (_, text) => {
    expect(() => toCanonicalSignature(text)).toThrow(expect.objectContaining({ code: "SIGNATURE_INVALID" }));
  });

  it("is always what the registry takes, from any key over any digest", () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((one) => one.some((byte) => byte !== 0));
    fc.assert(
      fc.property(bytes, bytes, (secret, message) => {
        const pair = new SigningKey(toBeHex((BigInt(`0x${Buffer.from(secret).toString("hex")}`) % (N - 1n)) + 1n, 32));
        const hash = `0x${Buffer.from(message).toString("hex")}` as Bytes32;
        const { serialized, compactSerialized } = pair.sign(hash);
        expect(toCanonicalSignature(compactSerialized)).toBe(serialized);
        expect(recoverSigner(hash, parseAccountSignature(serialized))).toBe(toAddress(new Wallet(pair).address));
      }),
      { numRuns: 50 },
    );
  });
});

describe("signatures as finalize takes them", () => {
  const [low, high] = [toAddress(`0x${"0".repeat(39)}1`), toAddress(`0x${"ff".repeat(20)}`)];

  it("stand in ascending order of signer, each kind in its layout", () => {
    const packed = packSignatures([
      { signer: high, kind: "account", signature: canonical },
      { signer: low, kind: "contract", signature: "0xabcdef" },
    ]);
    expect(packed).toBe(concat([toBeHex(low, 32), toBeHex(3, 32), "0x00", "0xabcdef", canonical]));
  });

  it("are nothing where there are none", () => {
    expect(packSignatures([])).toBe("0x");
  });
});
