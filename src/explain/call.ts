import type { Call } from "../protocol/approval.ts";
import { parseProxyCall } from "../protocol/proxy-calls.ts";
import { toCode } from "./markdown.ts";

/** What a call of the plan does, in Markdown: its function and arguments where it is one of ours, else its data. */
export function explainCall(call: Call): string {
  const parsed = parseProxyCall(call);
  const shown = parsed ? `${parsed.name}(${parsed.args.join(", ")})` : call.data;
  const isAcceptance = parsed?.name === "acceptOwnership";
  return `${isAcceptance ? "first accepts the ownership of the proxy: " : ""}${toCode(shown)} on ${toCode(call.target)}`;
}
