import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { takeTurns, toVoices } from "../../src/protocol/voices.ts";
import { post } from "../helpers/facts.ts";

const sign = { kind: "sign", signature: "0x01" } as const;
const reject = { kind: "reject", signature: "0x02" } as const;

describe("the order in which signatures are heard", () => {
  it("is a turn for each account, rejections first, then those who may write here", () => {
    const posts = [
      post([sign, sign, reject], { author: "flooder", trusted: true }),
      post([{ kind: "help" }, sign], { author: "stranger" }),
      post([sign, reject], { author: "signer" }),
      post([sign], { author: "owner", trusted: true }),
    ];
    const heard = takeTurns(toVoices(posts)).map(({ intent, where }) => `${where.author} ${intent}`);
    expect(heard).toEqual([
      "flooder reject",
      "signer reject",
      "owner sign",
      "stranger sign",
      "flooder sign",
      "signer sign",
      "flooder sign",
    ]);
  });

  it("lets nobody put another account's first word behind his own second", () => {
    const said = fc.record({
      author: fc.constantFrom("ada", "bob", "eve"),
      trusted: fc.boolean(),
      commands: fc.array(fc.constantFrom(sign, reject), { maxLength: 9 }),
      url: fc.constant(""),
    });
    fc.assert(
      fc.property(fc.array(said), (posts) => {
        const voices = toVoices(posts);
        const heard = takeTurns(voices).map(({ where }) => where.author);
        const authors = new Set(heard);
        expect(heard).toHaveLength(voices.length);
        expect(new Set(heard.slice(0, authors.size))).toEqual(authors);
      }),
    );
  });
});
