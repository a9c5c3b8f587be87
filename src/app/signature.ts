import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether GitHub signed exactly these bytes with one of the secrets (`X-Hub-Signature-256`: `sha256=` and 64 hex
 * digits). The time that it takes tells nothing of how much of a signature is right (threats W31).
 */
export function isSigned(body: Buffer, { signature, secrets }: { signature: string; secrets: readonly string[] }) {
  const found = Buffer.from(signature);
  const matches = secrets.map((secret) => isEqual(found, Buffer.from(toSignature(body, secret))));
  return matches.includes(true);
}

function toSignature(body: Buffer, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** The length of a signature is no secret. */
function isEqual(one: Buffer, two: Buffer): boolean {
  return one.length === two.length && timingSafeEqual(one, two);
}
