import { AbiCoder, concat, keccak256, Wallet } from "ethers";
import { type Address, type Bytes32, toAddress } from "../../src/protocol/hex.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { deployPart, mustSend, readPart } from "./artifacts.ts";

/** One change: the contract, its next implementation, and what the record says of it. */
export interface Move {
  readonly contract: Address;
  readonly implementation: Address;
  readonly codeHash: Bytes32;
  readonly contractHash: Bytes32;
  /** 104 bytes, as long as a usual one. */
  readonly contractLink: string;
  /** `upgradeToAndCall(implementation, "")`. */
  readonly upgrade: string;
  /** What is called in place of the upgrade. */
  readonly call?: { readonly target: Address; readonly data: string };
}

/** One chain with vaults on it, each a UUPS proxy that upgrades to the same next implementation. */
export interface Stage extends AsyncDisposable {
  readonly anvil: Anvil;
  readonly sender: Wallet;
  /** The sender's address: whoever owns a vault at first. */
  readonly owner: Address;
  /** Ascending by address. */
  toOwners(count: number): Wallet[];
  deployVault(owner: Address): Promise<Address>;
  transferVault(vault: Address, owner: Address): Promise<void>;
  /** Lets so many seconds go by. */
  pass(seconds: number): Promise<void>;
  /** A new implementation, hash and commit each time. */
  nextMove(contract: Address): Promise<Move>;
}

export async function openStage(): Promise<Stage> {
  const anvil = await startAnvil();
  const [sender] = anvil.accounts;
  const vault = readPart("Vault.sol");
  const proxy = readPart("ERC1967Proxy.sol");
  const first = await deployPart(sender, vault);
  let moves = 0;

  return {
    anvil,
    sender,
    owner: addressOf(sender),
    toOwners(count) {
      const wallets = Array.from(
        { length: count },
        (_, index) => new Wallet(keccak256(concat([`0x${toByte(index)}`]))),
      );
      return wallets.sort((one, two) => (one.address.toLowerCase() < two.address.toLowerCase() ? -1 : 1));
    },
    async deployVault(owner) {
      const initialize = vault.calls.encodeFunctionData("initialize", [owner]);
      return deployPart(sender, proxy, [first, initialize]);
    },
    async transferVault(to, owner) {
      await mustSend(sender, { to, data: vault.calls.encodeFunctionData("transferOwnership", [owner]) });
    },
    async pass(seconds) {
      await anvil.provider.send("evm_increaseTime", [seconds]);
      await anvil.mine();
    },
    async nextMove(contract) {
      moves += 1;
      const implementation = await deployPart(sender, vault);
      const commit = keccak256(concat([`0x${toByte(moves)}`, contract])).slice(2, 42);
      return {
        contract,
        implementation,
        codeHash: keccak256(await anvil.provider.getCode(implementation)) as Bytes32,
        contractHash: keccak256(AbiCoder.defaultAbiCoder().encode(["uint256"], [moves])) as Bytes32,
        contractLink: `https://github.com/acme/protocol/tree/${commit}/contracts/core/vaults/v`,
        upgrade: vault.calls.encodeFunctionData("upgradeToAndCall", [implementation, "0x"]),
      };
    },
    [Symbol.asyncDispose]: () => anvil.stop(),
  };
}

function toByte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

export function addressOf({ address }: { readonly address: string }): Address {
  return toAddress(address);
}
