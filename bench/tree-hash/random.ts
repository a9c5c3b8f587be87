import { createCipheriv } from "node:crypto";

/** Bytes and numbers that look random and are the same on every machine. */
export interface Random {
  /** A number from 0 to below `limit`. */
  below(limit: number): number;
  bytes(length: number): Buffer;
}

const pool = 1 << 16;

/** AES-256 in counter mode: a stream of a gigabyte a second out of one seed, specified to the bit. */
export function openRandom(seed: string): Random {
  const cipher = createCipheriv("aes-256-ctr", Buffer.alloc(32, seed), Buffer.alloc(16));
  let numbers = Buffer.alloc(0);
  let at = 0;

  return {
    below(limit) {
      if (at === numbers.length) [numbers, at] = [cipher.update(Buffer.alloc(pool)), 0];
      at += 4;
      return Math.floor((numbers.readUInt32LE(at - 4) / 2 ** 32) * limit);
    },
    bytes: (length) => cipher.update(Buffer.alloc(length)),
  };
}
