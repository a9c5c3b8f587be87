import { dataLength, dataSlice, Interface, id } from "ethers";
import { type Address, type Bytes32, type Hex, isHex, toAddress, zeroAddress } from "../../protocol/hex.ts";
import type { Chain } from "../chain.ts";
import { call, callOrRevert, parseAddressWord } from "./call.ts";

/** What stands at any account, registered or not. Without `block`: at the newest one. */
export interface Accounts {
  /** `0x` where there is none. */
  readCode(account: Address, block?: number): Promise<Hex>;
  /** What the proxy's ERC-1967 slot holds; undefined where it is empty. */
  readImplementation(proxy: Address, block: number): Promise<Address | undefined>;
  /** Who may upgrade a transparent proxy, by its ERC-1967 slot; undefined where it is empty. */
  readAdmin(proxy: Address, block: number): Promise<Address | undefined>;
  /** What `owner()` answers, read as the registry reads it (protocol §3); undefined where it gives no address. */
  readOwner(contract: Address, block?: number): Promise<Address | undefined>;
  /** What `pendingOwner()` answers, read in the same way. */
  readPendingOwner(contract: Address, block?: number): Promise<Address | undefined>;
  /** Runs initcode and returns the code that it would leave. @throws CHAIN_REVERTED */
  probeCode(initcode: Hex, block?: number): Promise<Hex>;
  /** Whether a contract signer says yes to the signature (ERC-1271), asked as the registry asks. */
  isValidContractSignature(account: Address, question: ContractSignatureQuestion): Promise<boolean>;
}

export interface ContractSignatureQuestion {
  readonly digest: Bytes32;
  readonly signature: Hex;
  readonly block: number;
}

const ownable = new Interface(["function owner()", "function pendingOwner()"]);
const erc1271 = new Interface(["function isValidSignature(bytes32 digest, bytes signature)"]);
const magicAnswer = `${dataSlice(id("isValidSignature(bytes32,bytes)"), 0, 4)}${"0".repeat(56)}`;

/** What ERC-1967 says: keccak256("eip1967.proxy.implementation") − 1, and the same of "…admin". */
const implementationSlot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const adminSlot = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";

/** What the registry gives a contract signer (Signatures.sol), and an `owner()` (Registry.sol). */
const signerGas = 300_000;
const ownerGas = 100_000;
const transactionGas = 21_000;
/** What a byte of calldata costs at most (EIP-7623). */
const byteGas = 40;

export function openAccounts(chain: Chain, registry: Address): Accounts {
  async function readSlot(proxy: Address, slot: string, block: number): Promise<Address | undefined> {
    const word = await chain.ask((provider) => provider.getStorage(proxy, slot, block));
    // The EVM itself looks at the low 20 bytes only.
    const account = toAddress(dataSlice(word, 12, 32));
    return account === zeroAddress ? undefined : account;
  }

  async function readAccount(contract: Address, name: string, block?: number): Promise<Address | undefined> {
    const data = ownable.encodeFunctionData(name) as Hex;
    const question = { from: registry, to: contract, data, gasLimit: ownerGas + transactionGas };
    const account = parseAddressWord(await callOrRevert(chain, question, block));
    return account === undefined || account === zeroAddress ? undefined : toAddress(account);
  }

  return {
    readCode: async (account, block) =>
      (await chain.ask((provider) => provider.getCode(account, block ?? "latest"))) as Hex,

    readImplementation: (proxy, block) => readSlot(proxy, implementationSlot, block),
    readAdmin: (proxy, block) => readSlot(proxy, adminSlot, block),

    readOwner: (contract, block) => readAccount(contract, "owner", block),
    readPendingOwner: (contract, block) => readAccount(contract, "pendingOwner", block),

    probeCode: (initcode, block) => call(chain, { data: initcode }, block),

    async isValidContractSignature(account, { digest, signature, block }) {
      const data = erc1271.encodeFunctionData("isValidSignature", [digest, signature]) as Hex;
      const gasLimit = signerGas + transactionGas + byteGas * dataLength(data);
      const answer = await callOrRevert(chain, { from: registry, to: account, data, gasLimit }, block);
      // Any other length or any dirty bit is a no, as it is on chain (threats.md 67).
      return isHex(answer, 32) && answer.toLowerCase() === magicAnswer;
    },
  };
}
