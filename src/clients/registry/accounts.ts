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
  /** What `owner()` answers, read as the registry reads it (protocol §3); undefined where it gives no address. */
  readOwner(contract: Address, block?: number): Promise<Address | undefined>;
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

const ownable = new Interface(["function owner()"]);
const erc1271 = new Interface(["function isValidSignature(bytes32 digest, bytes signature)"]);
const magicAnswer = `${dataSlice(id("isValidSignature(bytes32,bytes)"), 0, 4)}${"0".repeat(56)}`;

/** What ERC-1967 says: keccak256("eip1967.proxy.implementation") − 1. */
const implementationSlot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";

/** What the registry gives a contract signer (Signatures.sol), and an `owner()` (Registry.sol). */
const signerGas = 300_000;
const ownerGas = 100_000;
const transactionGas = 21_000;
/** What a byte of calldata costs at most (EIP-7623). */
const byteGas = 40;

export function openAccounts(chain: Chain, registry: Address): Accounts {
  return {
    readCode: async (account, block) =>
      (await chain.ask((provider) => provider.getCode(account, block ?? "latest"))) as Hex,

    async readImplementation(proxy, block) {
      const slot = await chain.ask((provider) => provider.getStorage(proxy, implementationSlot, block));
      // The EVM itself looks at the low 20 bytes only.
      const implementation = toAddress(dataSlice(slot, 12, 32));
      return implementation === zeroAddress ? undefined : implementation;
    },

    async readOwner(contract, block) {
      const data = ownable.encodeFunctionData("owner") as Hex;
      const question = { from: registry, to: contract, data, gasLimit: ownerGas + transactionGas };
      const owner = parseAddressWord(await callOrRevert(chain, question, block));
      return owner === undefined || owner === zeroAddress ? undefined : toAddress(owner);
    },

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
