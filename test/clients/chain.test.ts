import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { id } from "ethers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openChain } from "../../src/clients/chain.ts";
import { CountersignError } from "../../src/errors.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";

let anvil: Anvil;
let servers: Server[] = [];

beforeAll(async () => {
  anvil = await startAnvil();
});
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});
afterAll(() => anvil.stop());

const account = `0x${"0".repeat(38)}aa` as const;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-key`;
}

/** Answers every request with this result. */
function answerWith(result: () => string): RequestListener {
  return async (request, response) => {
    const { id } = JSON.parse(await text(request)) as { id: number };
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result: result() }));
  };
}

async function catchFailure(promise: Promise<unknown>): Promise<CountersignError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CountersignError) return error;
  throw new Error(`expected a CountersignError, found ${error}`);
}

async function askFor(code: string) {
  await anvil.provider.send("anvil_setCode", [account, code]);
  const chain = openChain({ chainId: 31_337, rpc: anvil.rpc, confirmations: 1 });
  return catchFailure(chain.ask((provider) => provider.call({ to: account })));
}

describe("when the RPC answers for another chain", () => {
  it("refuses before the first question", async () => {
    const chain = openChain({ chainId: 1, rpc: anvil.rpc, confirmations: 1 });
    const asked: string[] = [];
    const question = chain.ask(async () => asked.push("asked"));
    expect(await catchFailure(question)).toMatchObject({ code: "CHAIN_WRONG_ID", kind: "usage" });
    expect(asked).toEqual([]);
  });

  it("refuses when asked again, though it answered rightly before", async () => {
    let chainId = "0x7a69";
    const rpc = await serve(answerWith(() => chainId));
    const chain = openChain({ chainId: 31_337, rpc, confirmations: 1 });
    await chain.ask(async () => undefined);
    chainId = "0x1";
    expect(await catchFailure(chain.assertId())).toMatchObject({ code: "CHAIN_WRONG_ID" });
  });
});

describe("when there is no usable answer", () => {
  const unusable: [string, RequestListener][] = [
    ["an error of HTTP", (_, response) => response.writeHead(503).end("down")],
    ["no JSON", (_, response) => response.end("<html>")],
    ["JSON that is no answer", (_, response) => response.end("null")],
    ["a closed connection", (request) => request.socket.destroy()],
    ["silence", () => undefined],
  ];
  for (const [name, listener] of unusable) {
    it(`tells ${name} as unreachable, without the address of the RPC`, async () => {
      const rpc = await serve(listener);
      const chain = openChain({ chainId: 31_337, rpc, confirmations: 1, timeout: 300 });
      const error = await catchFailure(chain.ask((provider) => provider.getBlockNumber()));
      expect(error).toMatchObject({ code: "CHAIN_UNREACHABLE", kind: "fault" });
      expect(JSON.stringify([error, error.message, error.cause, error.stack])).not.toContain("secret-key");
    });
  }

  it("asks again after the RPC came back", async () => {
    let up = false;
    const answer = answerWith(() => "0x7a69");
    const rpc = await serve((request, response) => (up ? answer(request, response) : request.socket.destroy()));
    const chain = openChain({ chainId: 31_337, rpc, confirmations: 1 });
    await catchFailure(chain.ask((provider) => provider.getBlockNumber()));
    up = true;
    expect(await chain.ask((provider) => provider.getBlockNumber())).toBe(0x7a69);
  });
});

describe("when the node refuses, and not the contract", () => {
  it("is a fault", async () => {
    const chain = openChain({ chainId: 31_337, rpc: anvil.rpc, confirmations: 1 });
    const error = await catchFailure(chain.ask((provider) => provider.call({ to: account, blockTag: 999_999 })));
    expect(error).toMatchObject({ code: "CHAIN_REFUSED", kind: "fault" });
  });
});

describe("when the contract reverts", () => {
  const noRecords = id("NoRecords()").slice(2, 10);
  const cases: [string, string, string][] = [
    ["without data", "0x5f5ffd", "reverted without a reason"],
    ["with an invalid instruction", "0xfe", "reverted without a reason"],
    ["with an error of the registry", `0x63${noRecords}60e01b5f5260045ffd`, "NoRecords()"],
  ];
  for (const [name, code, words] of cases) {
    it(`says so ${name}`, async () => {
      expect(await askFor(code)).toMatchObject({ code: "CHAIN_REVERTED", kind: "refusal", message: words });
    });
  }
});
