import { describe, expect, it } from "vitest";
import { type Address, toAddress, zeroAddress, zeroHash } from "../../src/protocol/hex.ts";
import { byAddress, parseRecord, toContractSignerBits, toRecordJson } from "../../src/protocol/record.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const [one, two, three] = ["11", "22", "ab"].map((byte) => toAddress(`0x${byte.repeat(20)}`)) as [
  Address,
  Address,
  Address,
];
const json = {
  contract_address: one,
  contract_hash: `0x${"ab".repeat(32)}`,
  contract_link: `https://github.com/acme/vault/tree/${commit}/contracts`,
  upgrade_multisig_accounts: [three, one, two],
  upgrade_multisig_min_signature: 2,
};
const wrap = (change: object) => ({ smart_contract_code_mgmt: { ...json, ...change } });

function findProblems(input: unknown): string[] {
  try {
    parseRecord(input);
    return [];
  } catch (error) {
    const { code, problems } = error as { code: string; problems: { message: string }[] };
    expect(code).toBe("RECORD_INVALID");
    return problems.map(({ message }) => message);
  }
}

describe("a record as JSON", () => {
  it("is read with its signers in the registry's order", () => {
    expect(parseRecord(wrap({}))).toEqual({
      contractAddress: one,
      contractHash: json.contract_hash,
      contractLink: json.contract_link,
      signers: [one, two, three],
      minSignatures: 2,
    });
  });

  it("comes back as it went", () => {
    const full = wrap({ upgrade_multisig_accounts: [one, two, three], upgrade_multisig_contracts: [two] });
    expect(toRecordJson(parseRecord(full))).toEqual(full);
    expect(toRecordJson({ ...parseRecord(full), contractSigners: [], version: 7 })).toEqual(
      wrap({ upgrade_multisig_accounts: [one, two, three], upgrade_multisig_contracts: [] }),
    );
  });

  it("may spell addresses and hash in any letter case, so long as a checksum is right", () => {
    const lower = wrap({ upgrade_multisig_accounts: [three.toLowerCase()], upgrade_multisig_min_signature: 1 });
    expect(parseRecord(lower).signers).toEqual([three]);
    expect(parseRecord(wrap({ contract_hash: `0x${"AB".repeat(32)}` })).contractHash).toBe(json.contract_hash);
  });
});

describe("a record that cannot be registered", () => {
  const many = Array.from({ length: 33 }, (_, i) => `0x${String(i + 10).repeat(20)}`);
  const refused: [string, object, string][] = [
    ["a wrong checksum", { contract_address: three.replace("B", "b") }, "contract_address: expected an address"],
    ["an address without 0x", { contract_address: one.slice(2) }, "contract_address: expected an address"],
    ["an address as a number", { contract_address: 17 }, "contract_address: expected an address"],
    ["a short hash", { contract_hash: "0xab" }, "contract_hash: expected a hash"],
    ["a zero hash", { contract_hash: zeroHash }, "contract_hash: expected a tree hash, found zero"],
    ["a link to a branch", { contract_link: json.contract_link.replace(commit, "main") }, "contract_link: expected"],
    ["a link of 513 bytes", { contract_link: json.contract_link.padEnd(513, "x") }, "contract_link: expected at most"],
    ["no signers", { upgrade_multisig_accounts: [] }, "expected 1 to 32 signers, found 0"],
    ["33 signers", { upgrade_multisig_accounts: many }, "expected 1 to 32 signers, found 33"],
    ["a signer twice", { upgrade_multisig_accounts: [three, one, three.toLowerCase()] }, `${three} is named twice`],
    ["the zero address", { upgrade_multisig_accounts: [zeroAddress, one] }, "the zero address cannot sign"],
    ["a threshold of 0", { upgrade_multisig_min_signature: 0 }, "expected 1 to 3, found 0"],
    ["a threshold over the signers", { upgrade_multisig_min_signature: 4 }, "expected 1 to 3, found 4"],
    ["a threshold that is no integer", { upgrade_multisig_min_signature: 1.5 }, "upgrade_multisig_min_signature: "],
    ["a threshold as text", { upgrade_multisig_min_signature: "2" }, "upgrade_multisig_min_signature: "],
    [
      "a contract that is no signer",
      { upgrade_multisig_contracts: [`0x${"33".repeat(20)}`] },
      "not among the accounts",
    ],
    ["a contract twice", { upgrade_multisig_contracts: [one, one] }, `upgrade_multisig_contracts: ${one} is named`],
    ["an unknown key", { upgrade_multisig_minimum: 2 }, "upgrade_multisig_minimum"],
  ];
  it.each(refused)("has %s", (_, change, message) => {
    expect(findProblems(wrap(change))).toEqual([expect.stringContaining(message)]);
  });

  const strangers = [null, undefined, 1, "", [], {}, { smart_contract_code_mgmt: null }, { ...wrap({}), version: 2 }];
  it.each(strangers)("is %j", (input) => {
    expect(findProblems(input)).not.toEqual([]);
  });

  it("is told all of its problems", () => {
    const change = { contract_hash: zeroHash, upgrade_multisig_min_signature: 9, contract_link: "x" };
    expect(findProblems(wrap(change))).toHaveLength(3);
  });

  it("is not made valid by a key of every object's prototype", () => {
    const text = JSON.stringify(wrap({})).replace('"contract_hash"', '"__proto__"');
    expect(findProblems(JSON.parse(text)).length).toBeGreaterThan(0);
  });

  it("is refused quickly, however many signers it names", () => {
    const signers = Array.from({ length: 20_000 }, (_, i) => `0x${String(i).padStart(40, "0")}`);
    const start = performance.now();
    expect(findProblems(wrap({ upgrade_multisig_accounts: signers, upgrade_multisig_contracts: signers }))).not.toEqual(
      [],
    );
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe("the bits of contract signers", () => {
  it("stand at the signers' places, the highest too", () => {
    const signers = Array.from({ length: 32 }, (_, i) => toAddress(`0x${String(i + 10).repeat(20)}`));
    const [first, last] = [signers[0] as Address, signers[31] as Address];
    expect(toContractSignerBits(signers, [])).toBe(0);
    expect(toContractSignerBits(signers, [last, first])).toBe(2 ** 31 + 1);
    expect(toContractSignerBits(signers, signers)).toBe(2 ** 32 - 1);
  });

  it("are counted over addresses in the order of their bytes, not of their letters", () => {
    expect([toAddress(`0x${"aa".repeat(20)}`), toAddress(`0x${"99".repeat(20)}`)].sort(byAddress)[0]).toMatch(/^0x99/);
  });
});
