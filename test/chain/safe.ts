import { concat, type Interface, solidityPacked, TypedDataEncoder, type Wallet, ZeroAddress } from "ethers";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { deployPart, mustSend, type Part, readSafePart } from "./artifacts.ts";
import type { CouncilSize } from "./council.ts";
import type { Stage } from "./stage.ts";

export interface SafeCall {
  readonly to: Address;
  readonly data: string;
}

/** A Safe 1.5.0 with its owners' keys. */
export interface Safe {
  readonly address: Address;
  /** Gas of creating it, singleton and factory being there. */
  readonly creation: number;
  /** One call, or several by MultiSendCallOnly. Answers gas. */
  execute(calls: readonly SafeCall[]): Promise<number>;
  /** What it takes for its signature over a digest by ERC-1271: its owners', over their SafeMessage. */
  sign(digest: string): string;
}

export interface SafeFactory {
  create(council: CouncilSize): Promise<Safe>;
}

const safeTxTypes = {
  SafeTx: [
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
    { name: "operation", type: "uint8" },
    { name: "safeTxGas", type: "uint256" },
    { name: "baseGas", type: "uint256" },
    { name: "gasPrice", type: "uint256" },
    { name: "gasToken", type: "address" },
    { name: "refundReceiver", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
};

const safeMessageTypes = { SafeMessage: [{ name: "message", type: "bytes" }] };

export async function openSafes(stage: Stage): Promise<SafeFactory> {
  const { sender, anvil } = stage;
  const singleton = readSafePart("Safe");
  const factory = readSafePart("proxies/SafeProxyFactory");
  const multiSend = readSafePart("libraries/MultiSendCallOnly");
  const handler = await deployPart(sender, readSafePart("handler/CompatibilityFallbackHandler"));
  const singletonAt = await deployPart(sender, singleton);
  const factoryAt = await deployPart(sender, factory);
  const multiSendAt = await deployPart(sender, multiSend);
  let salt = 0;

  return {
    async create({ size, threshold }) {
      const owners = stage.toOwners(size);
      const addresses = owners.map(({ address }) => address);
      const setup = [addresses, threshold, ZeroAddress, "0x", handler, ZeroAddress, 0, ZeroAddress];
      const initializer = singleton.calls.encodeFunctionData("setup", setup);
      const data = factory.calls.encodeFunctionData("createProxyWithNonce", [singletonAt, initializer, salt++]);
      const { logs, gasUsed } = await mustSend(sender, { to: factoryAt, data });
      const address = findCreated(factory, logs);
      const domain = { chainId: anvil.chainId, verifyingContract: address };
      let nonce = 0;

      return {
        address,
        creation: Number(gasUsed),
        sign(digest) {
          const hash = TypedDataEncoder.hash(domain, safeMessageTypes, { message: digest });
          return concat(owners.slice(0, threshold).map((owner) => signHash(owner, hash)));
        },
        async execute(calls) {
          const inner = toInner(calls, { multiSend: multiSend.calls, multiSendAt });
          const message = { ...inner, ...unpaid, nonce: nonce++ };
          const signatures = concat(
            owners
              .slice(0, threshold)
              .map((owner) => signHash(owner, TypedDataEncoder.hash(domain, safeTxTypes, message))),
          );
          const args = [...Object.values({ ...inner, ...unpaid }), signatures];
          const receipt = await mustSend(sender, {
            to: address,
            data: singleton.calls.encodeFunctionData("execTransaction", args),
          });
          return Number(receipt.gasUsed);
        },
      };
    },
  };
}

const unpaid = { safeTxGas: 0, baseGas: 0, gasPrice: 0, gasToken: ZeroAddress, refundReceiver: ZeroAddress };

function toInner(
  calls: readonly SafeCall[],
  { multiSend, multiSendAt }: { readonly multiSend: Interface; readonly multiSendAt: Address },
) {
  const [only] = calls;
  if (calls.length === 1 && only) return { to: only.to, value: 0, data: only.data, operation: 0 };
  const packed = calls.map(({ to, data }) =>
    solidityPacked(["uint8", "address", "uint256", "uint256", "bytes"], [0, to, 0, (data.length - 2) / 2, data]),
  );
  return { to: multiSendAt, value: 0, data: multiSend.encodeFunctionData("multiSend", [concat(packed)]), operation: 1 };
}

export function signHash({ signingKey }: Wallet, hash: string): string {
  return signingKey.sign(hash).serialized;
}

function findCreated(
  { calls }: Part,
  logs: readonly { readonly topics: readonly string[]; readonly data: string }[],
): Address {
  const created = logs.map((log) => calls.parseLog(log)).find((event) => event?.name === "ProxyCreation");
  if (!created) throw new Error("expected a Safe, found none created");
  return toAddress(String(created.args[0]));
}
