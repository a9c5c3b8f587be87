import { z } from "zod";
import { failure } from "../errors.ts";
import type { Domain } from "./approval.ts";

/** The part of an ERC-7730 file that says whose messages it describes. The rest is kept as it is. */
const clearSigning = z.looseObject({
  context: z.looseObject({
    eip712: z.looseObject({ deployments: z.array(z.looseObject({ chainId: z.number(), address: z.string() })) }),
  }),
});

export type ClearSigning = z.infer<typeof clearSigning>;

/** @throws USAGE where the text is no ERC-7730 file for typed messages that lists its deployments */
export function parseClearSigning(text: string): ClearSigning {
  try {
    const file: unknown = JSON.parse(text);
    clearSigning.parse(file);
    // As it was, not as parsed: a diff then shows the new deployment alone, not keys in another order.
    return file as ClearSigning;
  } catch (cause) {
    throw failure("USAGE", "expected an ERC-7730 file with context.eip712.deployments, found something else", {
      cause,
    });
  }
}

/** A wallet shows a message by this file only where its domain names one of the deployments (ERC-7730). */
export function addDeployment(file: ClearSigning, { chainId, registry: address }: Domain): ClearSigning {
  const { context } = file;
  const { deployments } = context.eip712;
  if (deployments.some((known) => known.chainId === chainId && isSame(known.address, address))) return file;
  const eip712 = { ...context.eip712, deployments: [...deployments, { chainId, address }] };
  return { ...file, context: { ...context, eip712 } };
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
