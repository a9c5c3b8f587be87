import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { Probot } from "probot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAppServer, webhookPath } from "../../src/app/server.ts";
import { knock } from "../stage/door.ts";
import { until } from "../stage/wait.ts";

const secret = "a secret";
const slow = 500;
let server: Server;
let port: number;
let url: string;

beforeAll(async () => {
  const probot = new Probot({ appId: 1, privateKey: "-", secret, logLevel: "fatal" });
  const deliveries = { isKnown: async () => false, remember: async () => undefined };
  server = createAppServer({ probot, secrets: [secret], deliveries, log: { warn: () => undefined } });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
  url = `http://127.0.0.1:${port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const request = `POST ${webhookPath} HTTP/1.1\r\nhost: x\r\n`;
const headers = `x-github-delivery: 1\r\nx-github-event: push\r\nx-hub-signature-256: sha256=${"0".repeat(64)}\r\n`;

/** Clients that begin a request, and go on with it a byte a second. */
async function openSlow(beginning: string): Promise<{ sockets: Socket[]; stop: () => void }> {
  const sockets = Array.from({ length: slow }, () => connect(port, "127.0.0.1"));
  await Promise.all(
    sockets.map(async (socket) => {
      socket.on("error", () => undefined).resume();
      await once(socket, "connect");
      socket.write(beginning);
    }),
  );
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write("x");
  }, 1_000);
  return { sockets, stop: () => clearInterval(drip) };
}

describe(`${slow} clients that send a byte a second`, () => {
  it.each([
    // Node itself waits for 60 and 300 seconds, we for 10 and 30: the rest is what a busy machine adds.
    ["of their headers", `${request}x-slow: `, 50],
    ["of their body", `${request}${headers}content-length: 1000000\r\n\r\n`, 100],
  ])("%s keep nobody else out, and are shut out in time", async (_, beginning, seconds) => {
    const { sockets, stop } = await openSlow(beginning);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await knock({ url }, { body: "{}", event: "push", secret })).toBe(202);
    const areShut = async () => sockets.every(({ closed }) => closed);
    await until("the last of them to be shut out", areShut, { timeout: seconds * 1000 }).finally(stop);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it("are shut out at once where their headers are endless", async () => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket
      .on("error", () => undefined)
      .on("data", (data) => {
        answer += data;
      });
    socket.write(`${request}x-large: ${"x".repeat(64 * 1024)}`);
    await until("the answer", async () => answer !== "", { timeout: 5_000 });
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    socket.destroy();
  });
});
