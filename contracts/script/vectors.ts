// Writes test/vectors/KIND/*.json for every message of protocol §4 with ethers' TypedDataEncoder. vitest, forge and the
// signing page read them; none of them wrote them. Run it by hand when protocol §4 changes: `node contracts/script/vectors.ts`.
import { mkdirSync, writeFileSync } from "node:fs";
import { id, TypedDataEncoder, ZeroHash } from "ethers";

const approvalTypes = {
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

const toTypes = (name: string, text: string) => ({
  [name]: text.split(",").map((field) => {
    const [type = "", named = ""] = field.split(" ");
    return { name: named, type };
  }),
});

const most = String(2n ** 64n - 1n);
const full = `0x${"ff".repeat(20)}`;
const zero = `0x${"00".repeat(20)}`;
const deadline = "1800000000";
const signers = [implementation, proxy, registry].sort();

const rotation = {
  contractAddress: proxy,
  version: "3",
  signers,
  contractSigners: "4",
  minSignatures: "2",
  authority: zero,
  guardian: zero,
  gate: zero,
  delay: "0",
  commitReveal: false,
  deadline,
};
const governed = {
  ...rotation,
  authority: implementation,
  guardian: registry,
  gate: proxy,
  delay: "259200",
  commitReveal: true,
};
const committed = { contracts: [proxy, registry], versions: ["2", "7"], commitment: id("commitment"), deadline };
const following = {
  contractAddress: proxy,
  version: "2",
  manager: registry,
  key: id("vaults"),
  pinnedRevision: "0",
  deadline,
};

const kinds = {
  approval: {
    types: approvalTypes,
    messages: {
      "record-only": { chainId: 1, upgrades: [recordOnly], deadline },
      upgrade: { chainId: 31337, upgrades: [upgrade], deadline },
      "several-records": { chainId: 31337, upgrades: [upgrade, second], deadline },
      extremes: { chainId: 2 ** 53 - 1, upgrades: [largest], deadline: most },
    },
  },
  rejection: {
    types: toTypes("Rejection", "bytes32 digest,uint64 deadline"),
    messages: {
      plain: { chainId: 1, digest: id("digest"), deadline },
      extremes: { chainId: 2 ** 53 - 1, digest: ZeroHash, deadline: most },
    },
  },
  rotation: {
    types: toTypes(
      "Rotation",
      "address contractAddress,uint64 version,address[] signers,uint32 contractSigners,uint8 minSignatures,address authority,address guardian,address gate,uint32 delay,bool commitReveal,uint64 deadline",
    ),
    messages: {
      ungoverned: { chainId: 1, ...rotation },
      governed: { chainId: 31337, ...governed },
      extremes: {
        chainId: 2 ** 53 - 1,
        ...governed,
        contractAddress: full,
        version: most,
        signers: Array.from({ length: 32 }, (_, index) => `0x${String(index + 1).padStart(40, "0")}`),
        contractSigners: String(2 ** 32 - 1),
        minSignatures: "255",
        delay: String(2 ** 32 - 1),
        deadline: most,
      },
    },
  },
  commitment: {
    types: toTypes("Commitment", "address[] contracts,uint64[] versions,bytes32 commitment,uint64 deadline"),
    messages: {
      plain: { chainId: 31337, ...committed },
      extremes: { chainId: 2 ** 53 - 1, contracts: [], versions: [], commitment: ZeroHash, deadline: most },
    },
  },
  following: {
    types: toTypes(
      "Following",
      "address contractAddress,uint64 version,address manager,bytes32 key,uint64 pinnedRevision,uint64 deadline",
    ),
    messages: {
      plain: { chainId: 31337, ...following },
      pinned: { chainId: 31337, ...following, pinnedRevision: "3" },
      unfollow: { chainId: 31337, ...following, manager: zero, key: ZeroHash },
    },
  },
  unpause: {
    types: toTypes("Unpause", "address contractAddress,uint64 version,uint64 pauseNumber,uint64 deadline"),
    messages: {
      plain: { chainId: 31337, contractAddress: proxy, version: "2", pauseNumber: "1", deadline },
      extremes: { chainId: 2 ** 53 - 1, contractAddress: full, version: most, pauseNumber: most, deadline: most },
    },
  },
};

for (const [kind, { types, messages }] of Object.entries(kinds)) {
  const folder = new URL(`../../test/vectors/${kind}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, { chainId, ...message }] of Object.entries(messages)) {
    const domain = { name: "Countersign", version: "1", chainId, verifyingContract: registry };
    const encoder = TypedDataEncoder.from(types);
    const vector = {
      domain,
      message,
      typeHash: id(encoder.encodeType(encoder.primaryType)),
      structHash: encoder.hash(message),
      domainSeparator: TypedDataEncoder.hashDomain(domain),
      digest: TypedDataEncoder.hash(domain, types, message),
    };
    writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(vector, null, 2)}\n`);
  }
}
