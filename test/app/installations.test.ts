import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installations, openInstallations } from "../../src/app/installations.ts";
import type { RepositoryKey } from "../../src/app/keys.ts";
import { readHost } from "../../src/settings.ts";
import { type Scene, setScene } from "../stand-in/scene.ts";

let scene: Scene;
let installations: Installations;
let key: RepositoryKey;

function open(privateKey: string): Installations {
  const host = readHost({ GHE_HOST: scene.github.host, GHE_PROTOCOL: "http" });
  if ("problems" in host) throw new Error(host.problems[0].message);
  return openInstallations({ appId: 7, privateKey, host: host.value });
}

beforeAll(async () => {
  scene = await setScene();
  await scene.github.createRepository("acme/secret", { private: true });
  installations = open(scene.privateKey);
  const { data } = await scene.acme.api.repos.get(scene.repo);
  key = { installationId: scene.installation.id, repositoryId: data.id, owner: "acme", repository: "vault" };
}, 60_000);

afterAll(() => scene.end());

const tokensAsked = () => scene.github.requests.filter(({ route }) => route.endsWith("/access_tokens")).length;

describe("the App", () => {
  it("knows who it is, and asks that once", async () => {
    const asked = () => scene.github.requests.filter(({ route }) => route === "GET /app").length;
    const before = asked();
    for (let times = 0; times < 2; times++) {
      expect(await installations.readIdentity()).toEqual({ id: 7, slug: "countersign" });
    }
    expect(asked() - before).toBe(1);
  });

  it("lists every repository that it is installed on, and none of a suspended installation", async () => {
    const names = async () => {
      const found: string[] = [];
      for await (const installation of installations.list()) {
        const { list } = await installations.survey(installation);
        for await (const { owner, repository } of list()) found.push(`${owner}/${repository}`);
      }
      return found.toSorted();
    };
    expect(await names()).toEqual(["acme/secret", "acme/vault"]);
    scene.github.suspend(scene.installation);
    expect(await names()).toEqual([]);
    scene.github.unsuspend(scene.installation);
  });
});

describe("a repository that is opened", () => {
  it("has a token for itself alone, asked for once", async () => {
    const before = tokensAsked();
    const [first, second] = [await installations.open(key), await installations.open(key)];
    expect([second.token, tokensAsked() - before]).toEqual([first.token, 1]);
    await expect(first.api.rest.repos.get(scene.repo)).resolves.toMatchObject({ status: 200 });
    const other = { owner: "acme", repo: "secret" };
    await expect(first.api.rest.repos.get(other)).rejects.toMatchObject({ status: 404 });
  });

  it("cannot be written to, and nothing in it can be merged", async () => {
    const { api } = await installations.open(key);
    const file = { ...scene.repo, path: "x", message: "x", content: "eA==" };
    await expect(api.rest.repos.createOrUpdateFileContents(file)).rejects.toMatchObject({ status: 403 });
    await expect(api.rest.pulls.merge({ ...scene.repo, pull_number: 1 })).rejects.toMatchObject({ status: 403 });
  });

  it("asks again by itself for what it reads, and never for what it makes", async () => {
    const { api } = await installations.open(key);
    const { faults, requests } = scene.github;
    faults.add({ on: "repos/get", status: 502 });
    await expect(api.rest.repos.get(scene.repo)).resolves.toMatchObject({ status: 200 });
    const before = requests.length;
    faults.add({ on: "checks/create", status: 502 });
    const check = { ...scene.repo, name: "countersign", head_sha: await scene.work.git("rev-parse", "HEAD") };
    await expect(api.rest.checks.create(check)).rejects.toMatchObject({ status: 502 });
    expect(requests.length - before).toBe(1);
  });
});

describe("an App with another key", () => {
  it("is refused", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    await expect(open(privateKey).readIdentity()).rejects.toMatchObject({ status: 401 });
  });
});
