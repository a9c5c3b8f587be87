import type { Intent } from "./ballot.ts";
import type { Command } from "./command.ts";
import type { Address, Hex } from "./hex.ts";

/** A signature that somebody posted, for or against. */
export interface Voice {
  readonly intent: Intent;
  readonly signature: Hex;
  /** The contract that it is to be asked of. */
  readonly account?: Address;
  readonly trusted: boolean;
  readonly where: Where;
}

/** A post, and whose account wrote it. */
export interface Where {
  readonly url: string;
  readonly author: string;
}

type Said = Where & { readonly trusted: boolean; readonly commands: readonly Command[] };

/** The signatures in posts, in their order. */
export function toVoices(posts: readonly Said[]): Voice[] {
  return posts.flatMap(({ url, author, trusted, commands }) =>
    commands.flatMap((command) => {
      if (command.kind !== "sign" && command.kind !== "reject") return [];
      const { kind: intent, ...signed } = command;
      return [{ intent, ...signed, trusted, where: { url, author } }];
    }),
  );
}

/**
 * The order for whoever can hear only so many, since anybody may post thousands, and edit what stands before others. Each
 * account speaks once before any speaks twice, and rejections go first: what is not heard are a flooder's own, his
 * approvals before his rejections. In each turn those who may write here go before strangers.
 */
export function takeTurns(voices: readonly Voice[]): Voice[] {
  const spoken = new Map<string, number>();
  return voices
    .toSorted((left, right) => toRank(left) - toRank(right))
    .map((voice) => {
      const turn = spoken.get(voice.where.author) ?? 0;
      spoken.set(voice.where.author, turn + 1);
      return { voice, turn };
    })
    .toSorted((left, right) => left.turn - right.turn)
    .map(({ voice }) => voice);
}

function toRank({ intent, trusted }: Voice): number {
  return Number(intent === "sign") * 2 + Number(!trusted);
}
