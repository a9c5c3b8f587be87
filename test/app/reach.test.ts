import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openInstallations } from "../../src/app/installations.ts";
import type { PullKey } from "../../src/app/keys.ts";
import { underItsName, whileInstalled } from "../../src/app/reach.ts";
import { openGithub } from "../../src/clients/github.ts";
import { failure } from "../../src/errors.ts";
import { readHost } from "../../src/settings.ts";
import { type Scene, setScene } from "../stand-in/scene.ts";

let scene: Scene;
let key: PullKey;
let changes = 0;

function openApp() {
  const host = readHost({ GHE_HOST: scene.github.host, GHE_PROTOCOL: "http" });
  if ("problems" in host) throw new Error(host.problems[0].message);
  return openInstallations({ appId: 7, privateKey: scene.privateKey, host: host.value });
}

beforeAll(async () => {
  scene = await setScene();
  const { data } = await scene.acme.api.repos.get(scene.repo);
  key = {
    ...{ installationId: scene.installation.id, repositoryId: data.id },
    ...{ owner: "acme", repository: "vault", number: 1 },
  };
}, 60_000);

afterAll(() => scene.end());

/** Reads the pull request as a job does; answers under which key the job was put back, if it was. */
async function look(at: PullKey): Promise<PullKey | undefined> {
  const installations = openApp();
  let found: PullKey | undefined;
  await underItsName(at, {
    installations,
    work: async (one) => {
      const { api } = await installations.open(one);
      await openGithub(api, one).readPull(one.number);
    },
    again: async (one) => {
      found = one;
    },
  });
  return found;
}

async function openPull(repository: string): Promise<void> {
  const { github, acme, work } = scene;
  await work.git("push", "--quiet", "--force", acme.gitUrl(`acme/${repository}`), "HEAD:main", "HEAD:change");
  await work.commit({ "README.md": `# Change ${++changes}\n` }, "Change");
  await work.git("push", "--quiet", acme.gitUrl(`acme/${repository}`), "HEAD:change");
  await acme.api.pulls.create({ owner: "acme", repo: repository, head: "change", base: "main", title: "Change" });
  await github.idle();
}

describe("a job of a repository whose name has changed", () => {
  beforeAll(async () => {
    await openPull("vault");
    await scene.acme.api.repos.update({ ...scene.repo, name: "safe" });
  });

  it("goes on under the old name as long as that leads there", async () => {
    expect(await look(key)).toBeUndefined();
  });

  it("is put back under today's where another repository has the old one", async () => {
    await scene.github.createRepository("acme/vault");
    expect(await look(key)).toEqual({ ...key, repository: "safe" });
    await openPull("vault");
    expect(await look(key)).toEqual({ ...key, repository: "safe" });
    expect(await look({ ...key, repository: "safe" })).toBeUndefined();
  });

  it("fails as it did where the name is not to blame", async () => {
    await expect(look({ ...key, repository: "safe", number: 99 })).rejects.toThrow("GitHub answered 404");
  });
});

describe("a job of a repository that the App does not reach any more", () => {
  const lines: object[] = [];
  const log = { info: (fields: object) => void lines.push(fields) };
  const lookWhileInstalled = () => whileInstalled(() => look(key).then(() => undefined), log, { installation: 1 });

  it("waits for nothing while the installation is suspended, nor after it was deleted", async () => {
    const { github, installation } = scene;
    github.suspend(installation);
    await expect(look(key)).rejects.toMatchObject({ code: "INSTALLATION_GONE" });
    await lookWhileInstalled();
    github.unsuspend(installation);
    expect(await look(key)).toEqual({ ...key, repository: "safe" });
    github.uninstall(installation);
    await lookWhileInstalled();
    expect(lines).toEqual([{ installation: 1 }, { installation: 1 }]);
  });

  it("fails as it did for any other reason", async () => {
    const fails = async () => {
      throw failure("CHAIN_UNREACHABLE", "no answer");
    };
    await expect(whileInstalled(fails, log, {})).rejects.toThrow("no answer");
  });
});
