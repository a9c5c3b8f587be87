// Writes test/vectors/approval/*.json with ethers' TypedDataEncoder. vitest, forge and the signing page read them; none
// of them wrote them. Run it by hand when protocol §4 changes: `node contracts/script/vectors.ts`.
import { mkdirSync, writeFileSync } from "node:fs";
import { id, TypedDataEncoder, ZeroHash } from "ethers";

const types = {
  Approval: [
    { name: "upgrades", type: "Upgrade[]" },
    { name: "deadline", type: "uint64" },
  ],
  Upgrade: [
    { name: "contractAddress", type: "address" },
    { name: "version", type: "uint64" },
    { name: "contractHash", type: "bytes32" },
    { name: "contractLink", type: "string" },
    { name: "buildHash", type: "bytes32" },
    { name: "code", type: "Code[]" },
    { name: "calls", type: "Call[]" },
  ],
  Code: [
    { name: "account", type: "address" },
    { name: "codeHash", type: "bytes32" },
  ],
  Call: [
    { name: "target", type: "address" },
    { name: "value", type: "uint256" },
    { name: "minGas", type: "uint64" },
    { name: "data", type: "bytes" },
  ],
};

const proxy = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const implementation = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512";
const registry = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0";
const commit = "0123456789abcdef0123456789abcdef01234567";

const recordOnly = {
  contractAddress: proxy,
  version: "2",
  contractHash: id("contract hash 2"),
  contractLink: `https://github.com/acme/vault/tree/${commit}/contracts/vault`,
  buildHash: ZeroHash,
  code: [],
  calls: [],
};

const upgrade = {
  ...recordOnly,
  buildHash: id("build"),
  code: [{ account: implementation, codeHash: id("code") }],
  calls: [{ target: proxy, value: "0", minGas: "200000", data: "0x4f1ef286" }],
};

const second = {
  ...upgrade,
  contractAddress: implementation,
  version: "7",
  code: [upgrade.code[0], { account: registry, codeHash: id("facet") }],
  calls: [
    { target: implementation, value: "1000000000000000000", minGas: "0", data: "0x" },
    { target: proxy, value: "0", minGas: "1", data: `0x${"ab".repeat(100)}` },
  ],
};

const largest = {
  contractAddress: `0x${"ff".repeat(20)}`,
  version: String(2n ** 64n - 1n),
  contractHash: `0x${"ff".repeat(32)}`,
  contractLink: `http://127.0.0.1:8080/ä/\u{1f511}/tree/${commit}/"quoted"\\path`,
  buildHash: `0x${"ff".repeat(32)}`,
  code: [{ account: `0x${"00".repeat(20)}`, codeHash: ZeroHash }],
  calls: [{ target: proxy, value: String(2n ** 256n - 1n), minGas: String(2n ** 64n - 1n), data: "0x00" }],
};

const messages = {
  "record-only": { chainId: 1, upgrades: [recordOnly], deadline: "1800000000" },
  upgrade: { chainId: 31337, upgrades: [upgrade], deadline: "1800000000" },
  "several-records": { chainId: 31337, upgrades: [upgrade, second], deadline: "1800000000" },
  extremes: { chainId: 2 ** 53 - 1, upgrades: [largest], deadline: String(2n ** 64n - 1n) },
};

const folder = new URL("../../test/vectors/approval/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, { chainId, ...message }] of Object.entries(messages)) {
  const domain = { name: "Countersign", version: "1", chainId, verifyingContract: registry };
  const encoder = TypedDataEncoder.from(types);
  const vector = {
    domain,
    message,
    typeHash: id(encoder.encodeType("Approval")),
    structHash: encoder.hash(message),
    domainSeparator: TypedDataEncoder.hashDomain(domain),
    digest: TypedDataEncoder.hash(domain, types, message),
  };
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(vector, null, 2)}\n`);
}
