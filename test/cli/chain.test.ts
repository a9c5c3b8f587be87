import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concat, encryptKeystoreJsonSync, Wallet, zeroPadValue } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toRegistryAddress } from "../../src/flows/deploy-registry.ts";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { byAddress } from "../../src/protocol/record.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { type GitHost, startGitHost } from "../helpers/git-host.ts";
import { sendMined } from "../helpers/registry.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { countersign } from "./countersign.ts";

const signers = ["01", "02", "03"].map((byte) => toAddress(new Wallet(`0x${byte.repeat(32)}`).address)).sort(byAddress);
const adminSlot = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";

let anvil: Anvil;
let scratch: string;
let registry: Address;
let repository: Repository;
let commit: string;
let hash: string;
let host: GitHost;
let place = 0;

beforeAll(async () => {
  anvil = await startAnvil();
  scratch = mkdtempSync(join(tmpdir(), "countersign-test-"));
  registry = toRegistryAddress(curator());
  repository = createRepository({ bare: true });
  commit = repository.commit({ "contracts/Vault.sol": "contract Vault {}\n" });
  const served = join(scratch, "served/acme/vault");
  execFileSync("git", ["clone", "-q", "--bare", repository.path, served]);
  execFileSync("git", ["config", "uploadpack.allowAnySHA1InWant", "true"], { cwd: served });
  host = await startGitHost(join(scratch, "served"));
  const hashed = await countersign(["hash", `${repository.path}#${commit}:contracts`]);
  hash = hashed.stdout.trim();
  await countersign(["registry", "deploy", "--curator", curator(), "--rpc", anvil.rpc], { env: key(0) });
});
afterAll(async () => {
  await anvil.stop();
  await host[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
  rmSync(scratch, { recursive: true });
});

const curator = () => toAddress(anvil.accounts[0].address);
const key = (account: number) => ({ COUNTERSIGN_KEY: anvil.accounts[account]?.privateKey ?? "" });
const on = () => ["--rpc", anvil.rpc, "--registry", registry];
const enterprise = () => ({ GHE_HOST: new URL(host.origin).host, GHE_PROTOCOL: "http" });

function toKeystore(): string {
  return encryptKeystoreJsonSync(anvil.accounts[1], "a password", { scrypt: { N: 2 } });
}

/** A contract whose `owner()` answers this account; without one, a contract that answers nothing. */
async function placeContract(owner?: string): Promise<Address> {
  const address = toAddress(`0x${(++place).toString(16).padStart(2, "0").repeat(20)}`);
  const code = owner ? concat(["0x7f", zeroPadValue(owner, 32), "0x5f5260205ff3"]) : "0x00";
  await anvil.provider.send("anvil_setCode", [address, code]);
  return address;
}

function toRecord(contract: Address, change: object = {}) {
  const link = `${host.origin}/acme/vault/tree/${commit}/contracts`;
  return {
    smart_contract_code_mgmt: {
      contract_address: contract,
      contract_hash: hash,
      contract_link: link,
      upgrade_multisig_accounts: signers,
      upgrade_multisig_min_signature: 2,
      ...change,
    },
  };
}

function register(record: unknown, env: Record<string, string>) {
  return countersign(["register", "-", ...on(), "--json"], { env, input: JSON.stringify(record) });
}

describe("register and record", () => {
  it("registers for the curator what has no owner, and gives it back as it came", async () => {
    const contract = await placeContract();
    const file = join(scratch, "record.json");
    writeFileSync(file, JSON.stringify(toRecord(contract)));
    const ran = await countersign(["register", file, ...on()], { env: key(0) });
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toMatch(/^Registered {3}0x.*\nExecutor {5}0x.*\nTransaction {2}0x[0-9a-f]{64}\n$/);
    expect(ran.stderr).toContain(`the registry's curator ${curator()}`);
    for (const json of [[], ["--json"]]) {
      const record = await countersign(["record", contract, ...on(), ...json]);
      expect(record.exit).toBe(0);
      expect(JSON.parse(record.stdout)).toEqual(toRecord(contract, { upgrade_multisig_contracts: [] }));
    }
  });

  it("does nothing for a record that stands, and refuses another for the same contract", async () => {
    const contract = await placeContract();
    expect(await register(toRecord(contract), key(0))).toMatchObject({ exit: 0 });
    const again = await register(toRecord(contract), key(2));
    expect(again.exit).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ contract, registered: true, transaction: null });
    const other = await register(toRecord(contract, { upgrade_multisig_min_signature: 1 }), key(0));
    expect(other.exit).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({ error: { code: "REGISTRATION_REFUSED" } });
  });

  it("takes an owner's transaction and says what to hand over next", async () => {
    const owner = toAddress(anvil.accounts[1].address);
    const contract = await placeContract(owner);
    const stranger = await register(toRecord(contract), key(2));
    expect(stranger.exit).toBe(1);
    expect(JSON.parse(stranger.stdout).error.message).toContain("RegistrationUnauthorized");
    const ran = await register(toRecord(contract), key(1));
    expect(ran.exit).toBe(0);
    const { executor, handovers } = JSON.parse(ran.stdout);
    expect(handovers).toEqual([{ contract, from: owner, to: executor, call: "transferOwnership" }]);
  });

  it("takes anyone's where the executor owns the contract already", async () => {
    const contract = await placeContract(anvil.accounts[1].address);
    const { executor } = JSON.parse((await register(toRecord(contract), {})).stdout);
    await anvil.provider.send("anvil_setCode", [
      contract,
      concat(["0x7f", zeroPadValue(executor, 32), "0x5f5260205ff3"]),
    ]);
    const ran = await register(toRecord(contract), key(2));
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ executor, registrant: { kind: "anyone" }, handovers: [] });
  });

  it("gives the transaction to send where there is no key, once a simulation passed", async () => {
    const owner = toAddress(anvil.accounts[1].address);
    const contract = await placeContract(owner);
    const { unsigned, registered } = JSON.parse((await register(toRecord(contract), {})).stdout);
    expect(registered).toBe(false);
    expect(unsigned).toMatchObject({ from: owner, to: registry });
    expect((await countersign(["record", contract, ...on()])).exit).toBe(1);
    await sendMined(anvil.accounts[1], { to: unsigned.to, data: unsigned.data });
    expect((await countersign(["record", contract, ...on()])).exit).toBe(0);
  });

  it("derives which signers are contracts, but not those of EIP-7702", async () => {
    const [safe, delegated] = [signers[0], signers[1]];
    await anvil.provider.send("anvil_setCode", [safe, "0x00"]);
    await anvil.provider.send("anvil_setCode", [delegated, `0xef0100${"11".repeat(20)}`]);
    const ran = await register(toRecord(await placeContract()), key(0));
    for (const account of [safe, delegated]) await anvil.provider.send("anvil_setCode", [account, "0x"]);
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout).contractSigners).toEqual([safe]);
    expect(ran.stderr).toContain(`${safe} (contract, ERC-1271)`);
    expect(ran.stderr).not.toContain(`${delegated} (contract`);
  });

  it("requires the owner of a transparent proxy's admin, and names what to hand over", async () => {
    const [owner, adminOwner] = [toAddress(anvil.accounts[1].address), toAddress(anvil.accounts[2].address)];
    const admin = await placeContract(adminOwner);
    const proxy = await placeContract(owner);
    await anvil.provider.send("anvil_setStorageAt", [proxy, adminSlot, zeroPadValue(admin, 32)]);
    const byOwner = await register(toRecord(proxy), key(1));
    expect(byOwner.exit).toBe(1);
    expect(JSON.parse(byOwner.stdout).error.message).toContain(adminOwner);
    const same = await placeContract(adminOwner);
    await anvil.provider.send("anvil_setStorageAt", [same, adminSlot, zeroPadValue(admin, 32)]);
    const ran = await register(toRecord(same), key(2));
    expect(ran.exit).toBe(0);
    const { executor, ...found } = JSON.parse(ran.stdout);
    expect(found).toMatchObject({
      admin: { account: admin, owner: adminOwner },
      handovers: [{ contract: admin, from: adminOwner, to: executor, call: "transferOwnership" }],
    });
    expect(ran.stderr).toContain(`${admin}, owned by ${adminOwner}`);
  });

  const wrong: [string, string, number, string][] = [
    ["no JSON", "{", 2, "RECORD_INVALID"],
    ["another shape", "[]", 2, "RECORD_INVALID"],
    ["a number in place of the record", '{"smart_contract_code_mgmt": 1}', 2, "RECORD_INVALID"],
  ];
  it.each(wrong)("refuses %s", async (_, input, exit, code) => {
    const ran = await countersign(["register", "-", ...on(), "--json"], { input });
    expect(ran.exit).toBe(exit);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code } });
  });

  it("refuses a contract without code, and one that nobody may register", async () => {
    const nothing = await register(toRecord(`0x${"77".repeat(20)}`), key(0));
    expect(nothing.exit).toBe(1);
    expect(JSON.parse(nothing.stdout).error.message).toContain("ContractWithoutCode");
    await countersign(["registry", "deploy", "--rpc", anvil.rpc], { env: key(0) });
    const nobody = await countersign(["register", "-", "--rpc", anvil.rpc, "--registry", toRegistryAddress()], {
      input: JSON.stringify(toRecord(await placeContract())),
    });
    expect(nobody).toMatchObject({ exit: 1, stderr: expect.stringContaining("the registry has no curator") });
  });

  it("says that a contract is not registered", async () => {
    const ran = await countersign(["record", `0x${"66".repeat(20)}`, ...on(), "--json"]);
    expect(ran.exit).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: "RECORD_ABSENT" } });
  });
});

describe("verify", () => {
  const registerAt = async (change: object) => {
    const contract = await placeContract();
    expect((await register(toRecord(contract, change), key(0))).exit).toBe(0);
    return contract;
  };
  const verify = (contract: string, env: Record<string, string> = enterprise()) =>
    countersign(["verify", contract, ...on(), "--json"], { env });

  it("finds what the record names, or that it is something else", async () => {
    const good = await verify(await registerAt({}));
    expect(good.exit).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({
      equal: true,
      recorded: hash,
      found: hash,
      version: 1,
      chainId: 31337,
    });
    const contract = await registerAt({ contract_hash: `0x${"12".repeat(32)}` });
    const bad = await verify(contract);
    expect(bad.exit).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({ equal: false, recorded: `0x${"12".repeat(32)}`, found: hash });
    const text = await countersign(["verify", contract, ...on()], { env: enterprise() });
    expect(text.stdout).toMatch(/^DIFFERENT .*\nrecorded {3}0x1212.*\nfound {6}0x/);
  });

  it("does not fetch from a host that nobody named", async () => {
    const ran = await verify(await registerAt({}), {});
    expect(ran.exit).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: "LINK_HOST" } });
  });

  it("does not know where the host lacks the commit", async () => {
    const lost = toRecord(signers[0] as Address).smart_contract_code_mgmt.contract_link.replace(commit, "1".repeat(40));
    const ran = await verify(await registerAt({ contract_link: lost }));
    expect(ran.exit).toBe(3);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: "GIT_REFUSED" } });
  });
});

describe("settings and failures", () => {
  const address = `0x${"66".repeat(20)}`;
  const record = ["record", address];
  const cases: [string, () => { args: string[]; env?: Record<string, string> }, number, RegExp][] = [
    ["no chain", () => ({ args: record }), 2, /SETTING_INVALID: .*COUNTERSIGN_CHAINS/],
    ["chains that are no JSON", () => ({ args: record, env: { COUNTERSIGN_CHAINS: "{" } }), 2, /SETTING_INVALID/],
    ["an RPC without a registry", () => ({ args: [...record, "--rpc", anvil.rpc] }), 2, /USAGE: --registry/],
    ["a registry without an RPC", () => ({ args: [...record, "--registry", registry] }), 2, /USAGE: --registry/],
    [
      "an RPC that is no address",
      () => ({ args: [...record, "--rpc", "x", "--registry", registry] }),
      2,
      /USAGE: --rpc/,
    ],
    [
      "a registry that is none",
      () => ({ args: [...record, "--rpc", anvil.rpc, "--registry", "x"] }),
      2,
      /USAGE: --reg/,
    ],
    ["a chain id that is none", () => ({ args: [...record, ...on(), "--chain", "x"] }), 2, /USAGE: --chain/],
    ["another chain", () => ({ args: [...record, ...on(), "--chain", "1"] }), 2, /CHAIN_WRONG_ID/],
    ["a contract that is none", () => ({ args: ["record", "0x12", ...on()] }), 2, /USAGE: expected an address/],
    [
      "no RPC there",
      () => ({ args: [...record, "--rpc", "http://127.0.0.1:1", "--registry", registry] }),
      3,
      /CHAIN_UNR/,
    ],
    [
      "no registry there",
      () => ({ args: [...record, "--rpc", anvil.rpc, "--registry", address] }),
      3,
      /CHAIN_UNREACHABLE/,
    ],
    ["no key", () => ({ args: ["registry", "deploy", "--rpc", anvil.rpc] }), 2, /SETTING_INVALID: .*COUNTERSIGN_KEY/],
    [
      "a key that is none",
      () => ({ args: ["registry", "deploy", "--rpc", anvil.rpc], env: { COUNTERSIGN_KEY: `0x${"00".repeat(32)}` } }),
      2,
      /SETTING_INVALID: COUNTERSIGN_KEY/,
    ],
    [
      "a keystore that is not there",
      () => ({ args: ["registry", "deploy", "--rpc", anvil.rpc, "--keystore", scratch] }),
      2,
      /SETTING_INVALID: --keystore/,
    ],
    [
      "a keystore without a password, and no terminal",
      () => {
        writeFileSync(join(scratch, "other.json"), toKeystore());
        return { args: ["registry", "deploy", "--rpc", anvil.rpc, "--keystore", join(scratch, "other.json")] };
      },
      2,
      /SETTING_INVALID: --password-file/,
    ],
    [
      "a key on the command line",
      () => ({ args: ["registry", "deploy", "--key", "0x12"] }),
      2,
      /USAGE: unknown option/,
    ],
    [
      "an account without ether",
      () => ({
        args: ["registry", "deploy", "--curator", address, "--rpc", anvil.rpc],
        env: { COUNTERSIGN_KEY: `0x${"99".repeat(32)}` },
      }),
      3,
      /RELAYER_UNABLE/,
    ],
  ];
  it.each(cases)("%s", async (_, toCase, exit, words) => {
    const { args, env = {} } = toCase();
    const ran = await countersign(args, { env });
    expect(ran).toMatchObject({ exit, stdout: "" });
    expect(ran.stderr).toMatch(words);
    expect(ran.stderr).not.toContain(env.COUNTERSIGN_KEY ?? "no key");
  });

  it("never shows the RPC's address, which may hold a key", async () => {
    const rpc = "http://127.0.0.1:1/v3/secret";
    const ran = await countersign([...record, "--rpc", rpc, "--registry", registry, "--json"]);
    expect(ran.exit).toBe(3);
    expect(ran.stdout + ran.stderr).not.toContain("secret");
  });
});
