import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface RpcRequest {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface RpcAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/**
 * Stands between a client and its node. What it returns is the answer, `drop` closes the connection without one;
 * `forward` asks the node, once or twice or never, before or after a wait.
 */
export type Intercept = (request: RpcRequest, forward: () => Promise<RpcAnswer>) => Promise<RpcAnswer | "drop">;

export interface RpcProxy {
  readonly rpc: string;
  /** Every request that came, in order. */
  readonly requests: readonly RpcRequest[];
  intercept(how: Intercept): void;
  /** How often a method was asked for. */
  count(method: string): number;
  stop(): Promise<void>;
}

/** A JSON-RPC server in front of `target` that fails as it is told. Until told, it only forwards. */
export async function startRpcProxy(target: string): Promise<RpcProxy> {
  const requests: RpcRequest[] = [];
  let intercept: Intercept = (_, forward) => forward();

  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming);
    const request = JSON.parse(body) as RpcRequest;
    requests.push(request);
    const answer = await intercept(request, () => forward(target, body)).catch(() => "drop" as const);
    if (answer === "drop") incoming.socket.destroy();
    else outgoing.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", ...answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    rpc: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    intercept: (how) => {
      intercept = how;
    },
    count: (method) => requests.filter((request) => request.method === method).length,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function forward(target: string, body: string): Promise<RpcAnswer> {
  const response = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
  return (await response.json()) as RpcAnswer;
}

/** Closes the connection at the first request of this kind, before or after the node has it. */
export function dropOnce(method: string, when: "before" | "after"): Intercept {
  let dropped = false;
  return async (request, forward) => {
    if (request.method !== method || dropped) return forward();
    dropped = true;
    if (when === "after") await forward();
    return "drop";
  };
}

/** Answers every request of this kind with something else, once the node has it. */
export function lie(method: string, answer: (id: number) => RpcAnswer): Intercept {
  return async (request, forward) => {
    const truth = await forward();
    return request.method === method ? answer(request.id) : truth;
  };
}

/** Keeps the answers to requests of this kind back for so many milliseconds. */
export function late(method: string, milliseconds: number): Intercept {
  return async (request, forward) => {
    const answer = await forward();
    if (request.method === method) await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return answer;
  };
}
