import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Probot } from "probot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAppServer } from "../../src/app/server.ts";
import { knock, sign } from "../stage/door.ts";

const secret = "a secret";
const received: string[] = [];
const warnings: object[] = [];
let server: Server;
let url: string;
let port: number;

beforeAll(async () => {
  const probot = new Probot({ appId: 1, privateKey: "-", secret, logLevel: "fatal" });
  await probot.load((app) => {
    app.on("ping", () => {
      throw new Error("the queue is full of secrets");
    });
    app.on("push", ({ id }) => void received.push(id));
  });
  server = createAppServer(probot, { warn: (fields) => void warnings.push(fields) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
  url = `http://127.0.0.1:${port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("the door", () => {
  it("hands a signed webhook on", async () => {
    const id = randomUUID();
    expect(await knock({ url }, { body: "{}", event: "push", secret, headers: { "x-github-delivery": id } })).toBe(202);
    expect(received).toContain(id);
  });

  it("answers 500 and no reason where it could not be stored, so that it shows in GitHub's list of deliveries", async () => {
    const body = "{}";
    const response = await fetch(`${url}/api/github/webhooks`, {
      method: "POST",
      body,
      headers: { "x-github-delivery": "1", "x-github-event": "ping", "x-hub-signature-256": sign(body, secret) },
    });
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"error":"internal"}');
    expect(JSON.stringify(warnings)).not.toContain("secrets");
  });

  it.each([
    ["x-github-delivery", "../../etc"],
    ["x-github-delivery", "x".repeat(65)],
    ["x-github-event", "Push; DROP"],
    ["x-github-event", "__proto__"],
    ["x-github-event", "constructor"],
    ["x-hub-signature-256", "sha256=zz"],
  ])("refuses the header %s: %s", async (name, value) => {
    expect(await knock({ url }, { body: "{}", event: "push", secret, headers: { [name]: value } })).toBe(400);
  });

  it.each(["[]", "null", "1", '"text"', "", "{"])("refuses %j, though it is signed", async (body) => {
    expect(await knock({ url }, { body, event: "push", secret })).toBe(400);
  });

  it.each([
    ["prototype keys", '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'],
    ["a key twice", '{"a":1,"a":2}'],
    ["a hundred thousand levels", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
  ])("is not brought down by %s", async (_, body) => {
    expect([202, 400, 500]).toContain(await knock({ url }, { body, event: "push", secret }));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it.each([
    ["GET", "/health", 200],
    ["POST", "/health", 404],
    ["GET", "/api/github/webhooks", 404],
    ["GET", "/health/../metrics", 404],
    ["DELETE", "/", 404],
  ])("answers %s %s with %d", async (method, path, status) => {
    const response = await fetch(`${url}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

describe("a body of more than 25 MB", () => {
  const head = (length: string) =>
    `POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\nx-github-delivery: 1\r\nx-github-event: push\r\nx-hub-signature-256: ${sign("{}", secret)}\r\n${length}\r\n\r\n`;

  it("is refused by its stated length, before a byte of it came", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write(head(`content-length: ${26 * 1024 * 1024}`));
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it("is refused by counting where it has no stated length", async () => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => undefined);
    socket.write(head("transfer-encoding: chunked"));
    const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(1024 * 1024, 120), Buffer.from("\r\n")]);
    for (let count = 0; count < 40 && answer === "" && !socket.destroyed; count++) {
      if (!socket.write(chunk)) await Promise.race([once(socket, "drain"), sleep(1_000)]).catch(() => undefined);
    }
    for (let tries = 0; tries < 50 && answer === ""; tries++) await sleep(20);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it("of exactly 25 MB is read", async () => {
    const body = JSON.stringify({ text: "x".repeat(25 * 1024 * 1024 - 11) });
    expect(Buffer.byteLength(body)).toBe(25 * 1024 * 1024);
    expect(await knock({ url }, { body, event: "push", secret })).toBe(202);
  });
});
