import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { failure } from "../errors.ts";
import type { Domain } from "../protocol/approval.ts";
import { addDeployment, parseClearSigning } from "../protocol/clear-signing.ts";

/** Ships with the package: the same place above this file, whether as source or as built. */
const shipped = new URL("../../clear-signing/eip712-countersign.json", import.meta.url);

/**
 * An ERC-7730 file to add deployments to; where there is none, it is made from the one that ships with Countersign.
 *
 * @throws USAGE now, not after the deployment, where there is another file
 */
export function openClearSigning(file: string): { add(domain: Domain): void } {
  const found = parseClearSigning(read(existsSync(file) ? file : shipped));
  return {
    add: (domain) => writeFileSync(file, `${JSON.stringify(addDeployment(found, domain), null, 2)}\n`),
  };
}

function read(file: string | URL): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw failure("USAGE", "--clear-signing: expected a file that can be read", { cause });
  }
}
