/** One question to a node, by its JSON-RPC name. */
export type NodeQuestion = readonly [method: string, params: readonly unknown[]];

/** Asks all at once: ethers holds each request back for a while, which thousands of them feel. An error is an answer. */
export async function askNode(rpc: string, questions: readonly NodeQuestion[]): Promise<unknown[]> {
  const body = questions.map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params }));
  const headers = { "content-type": "application/json" };
  const response = await fetch(rpc, { method: "POST", headers, body: JSON.stringify(body) });
  const answers = (await response.json()) as { id: number; result?: unknown; error?: unknown }[];
  const byId = new Map(answers.map(({ id, result, error }) => [id, error ?? result]));
  return questions.map((_, id) => byId.get(id));
}
