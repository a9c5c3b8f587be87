import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Probot } from "probot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAppServer } from "../../src/app/server.ts";
import { knock, sign } from "../stage/door.ts";
import { until } from "../stage/wait.ts";

const secret = "a secret";
const previous = "the secret before it";
const known = new Set<string>();
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
  const deliveries = {
    isKnown: async (id: string) => known.has(id),
    remember: async (id: string) => void known.add(id),
  };
  const log = { warn: (fields: object) => void warnings.push(fields) };
  server = createAppServer({ probot, secrets: [secret, previous], deliveries, log });
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

  it("hands one that was signed with the secret before this one on, and none signed with another", async () => {
    const statuses = [previous, secret, "the secret before that"].map((one) =>
      knock({ url }, { body: "{}", event: "push", secret: one }),
    );
    expect(await Promise.all(statuses)).toEqual([202, 202, 401]);
  });

  it("does nothing about a delivery that it has taken already", async () => {
    const request = { body: "{}", event: "push", secret, headers: { "x-github-delivery": randomUUID() } };
    const before = received.length;
    expect([await knock({ url }, request), await knock({ url }, request)]).toEqual([202, 202]);
    expect(received.length - before).toBe(1);
  });

  it("takes a delivery that could not be stored when it comes again", async () => {
    const id = randomUUID();
    const request = { body: "{}", secret, headers: { "x-github-delivery": id } };
    expect(await knock({ url }, { ...request, event: "ping" })).toBe(500);
    expect(await knock({ url }, { ...request, event: "push" })).toBe(202);
    expect(received).toContain(id);
  });

  it("checks the bytes themselves, not what they say as text", async () => {
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const post = (signature: string) =>
      fetch(`${url}/api/github/webhooks`, {
        method: "POST",
        body: bytes,
        headers: { "x-github-delivery": "1", "x-github-event": "push", "x-hub-signature-256": signature },
      });
    expect((await post(sign(bytes.toString("utf8"), secret))).status).toBe(401);
    expect((await post(sign(bytes, secret))).status).toBe(400);
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

describe("many bodies at once", () => {
  const limits = { one: 1024 * 1024, all: 3 * 1024 * 1024 };
  const head = `POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\nx-github-delivery: 1\r\nx-github-event: push\r\nx-hub-signature-256: ${sign("{}", secret)}\r\ncontent-length: ${limits.one}\r\n\r\n`;

  it("are refused where they would take the memory, and taken again when there is room", async () => {
    const deliveries = { isKnown: async () => false, remember: async () => undefined };
    const probot = new Probot({ appId: 1, privateKey: "-", secret, logLevel: "fatal" });
    const small = createAppServer({ probot, secrets: [secret], deliveries, log: { warn: () => undefined }, limits });
    small.listen(0, "127.0.0.1");
    await once(small, "listening");
    const door = { port: (small.address() as AddressInfo).port, host: "127.0.0.1" };
    const sockets = Array.from({ length: 4 }, () => connect(door));
    for (const socket of sockets) socket.on("error", () => undefined).write(head + "x".repeat(limits.one - 1));
    const answers = await Promise.race(sockets.map((socket) => once(socket, "data")));
    expect(String(answers)).toMatch(/^HTTP\/1\.1 503 /);
    expect((await fetch(`http://127.0.0.1:${door.port}/health`)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    const retry = () => knock({ url: `http://127.0.0.1:${door.port}` }, { body: "{}", event: "push", secret });
    await until("room", async () => (await retry()) === 202, { timeout: 5_000 });
    small.closeAllConnections();
    small.close();
  });
});
