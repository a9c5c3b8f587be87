import { type ErrorCode, failure } from "../errors.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text of UTF-8 bytes, with its byte order mark. Others are refused with `code`: folded to U+FFFD, two files would be
 * one text.
 */
export function toUtf8Text(
  bytes: Uint8Array,
  { code, subject }: { readonly code: ErrorCode; readonly subject: string },
): string {
  try {
    return strict.decode(bytes);
  } catch (cause) {
    const place = findOther(bytes);
    throw failure(code, `expected UTF-8 in "${subject}", found other bytes from byte ${place} on`, { cause, subject });
  }
}

/** Where what is folded differs first. */
function findOther(bytes: Uint8Array): number {
  const folded = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  return folded.findIndex((byte, at) => byte !== bytes[at]);
}
