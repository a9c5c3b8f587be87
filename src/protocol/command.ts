import { type Address, type Hex, isAddress, isHex, toAddress } from "./hex.ts";
import { toProse } from "./prose.ts";
import { maxContractSignature } from "./signature.ts";

/** A line `/countersign …` of a review or comment (protocol §5). */
export type Command =
  | { readonly kind: "sign" | "reject"; readonly signature: Hex; readonly account?: Address }
  | { readonly kind: PlainCommand }
  /** Begins like a command and is none: answered with one helpful line. */
  | { readonly kind: "malformed"; readonly line: string; readonly expected: string };

export type PlainCommand = (typeof plain)[number];

const plain = ["help", "status", "propose", "withdraw", "finalize", "schedule", "execute", "cancel"] as const;

/** The commands of a text, in order. A command is a line of its own: quoted or in a code block, it is only text. */
export function parseCommands(text: string): Command[] {
  return toProse(text)
    .filter((line) => /^\/countersign(?=\s|$)/.test(line))
    .map(parseLine);
}

function parseLine(line: string): Command {
  const [, verb = "", ...words] = line.trimEnd().split(/[ \t]+/);
  if (verb === "sign" || verb === "reject") return parseSignatureLine(verb, words, line);
  const kind = plain.find((name) => name === verb);
  if (!kind) return malformed(line, `one of sign, reject, ${plain.join(", ")}`);
  return words.length === 0 ? { kind } : malformed(line, `\`/countersign ${kind}\` and nothing after it`);
}

function parseSignatureLine(kind: "sign" | "reject", words: readonly string[], line: string): Command {
  const [first, second] = words;
  if (words.length === 1 && isHex(first)) return { kind, signature: first };
  if (words.length === 2 && isAddress(first) && isHex(second)) {
    const length = (second.length - 2) / 2;
    if (length > maxContractSignature) return malformed(line, `a signature of at most ${maxContractSignature} bytes`);
    return { kind, signature: second, account: toAddress(first) };
  }
  return malformed(line, `\`/countersign ${kind} 0xSIGNATURE\``);
}

function malformed(line: string, expected: string): Command {
  return { kind: "malformed", line: line.slice(0, 200), expected };
}
