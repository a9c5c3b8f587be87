import { afterAll, describe, expect, it } from "vitest";
import { toSubmoduleUrl } from "../../src/protocol/submodule-url.ts";
import { createRepository } from "../helpers/repository.ts";

const parent = "https://github.com/acme/vault";
const origins = ["https://github.com", "http://ghe.example:8080"];
const commit = "0123456789abcdef0123456789abcdef01234567";

const repository = createRepository();
afterAll(() => repository[Symbol.dispose]());

/** The address that `git submodule init` writes for it. */
function resolveByGit(url: string, from: string): string {
  const modules = `[submodule "s"]\n\tpath = s\n\turl = ${url}\n`;
  repository.git(["config", "remote.origin.url", from]);
  repository.git(["update-index", "--add", "--cacheinfo", `160000,${commit},s`]);
  repository.commit({ ".gitmodules": modules });
  repository.git(["submodule", "init", "s"]);
  const resolved = repository.git(["config", "submodule.s.url"]);
  repository.git(["submodule", "deinit", "-f", "s"]);
  return resolved;
}

describe("a relative address", () => {
  const relative: [string, string, string][] = [
    ["../token", parent, "https://github.com/acme/token"],
    ["../token.git", parent, "https://github.com/acme/token"],
    ["../token/", parent, "https://github.com/acme/token"],
    ["../../other/token.git", parent, "https://github.com/other/token"],
    ["./part", parent, "https://github.com/acme/vault/part"],
    ["./../token", parent, "https://github.com/acme/token"],
    [".././../other/token", parent, "https://github.com/other/token"],
    ["../token", `${parent}/`, "https://github.com/acme/token"],
    ["../token", `${parent}.git`, "https://github.com/acme/token"],
    ["../", parent, "https://github.com/acme"],
    ["../token", "http://ghe.example:8080/acme/vault", "http://ghe.example:8080/acme/token"],
  ];
  it.each(relative)("%s below %s is resolved as git does", (url, from, expected) => {
    expect(toSubmoduleUrl(url, from, { origins })).toBe(expected);
    expect(
      resolveByGit(url, from)
        .replace(/\/$/, "")
        .replace(/\.git$/, ""),
    ).toBe(expected);
  });

  it.each([
    "../../..",
    "../../../x",
    "../../../github.com/other/token",
    "../../../evil.example/other/token",
    "../../../../x",
    `${"../".repeat(100_000)}x`,
  ])("%.60s never leaves the host", (url) => {
    expect(() => toSubmoduleUrl(url, parent, { origins })).toThrow(expect.objectContaining({ code: "SUBMODULE_URL" }));
  });
});

describe("an absolute address", () => {
  it.each([
    ["https://github.com/acme/token"],
    ["https://github.com/acme/token.git"],
    ["https://github.com/acme/token/"],
    ["https://github.com/acme/token.git/"],
    ["HTTPS://GitHub.com:443/acme/token"],
  ])("%s is fetched from in its one spelling", (url) => {
    expect(toSubmoduleUrl(url, parent, { origins })).toBe("https://github.com/acme/token");
  });

  it("is http only below a parent of that origin", () => {
    const url = "http://ghe.example:8080/acme/token";
    expect(toSubmoduleUrl(url, "http://ghe.example:8080/acme/vault", { origins })).toBe(url);
    expect(() => toSubmoduleUrl(url, parent, { origins })).toThrow(expect.objectContaining({ code: "SUBMODULE_URL" }));
  });

  it.each([
    "",
    ".",
    "..",
    "ext::sh -c id",
    "fd::17",
    "file:///srv/repository",
    "/srv/repository",
    "ssh://git@github.com/acme/token",
    "ssh://-oProxyCommand=id/acme/token",
    "git://github.com/acme/token",
    "git@github.com:acme/token",
    "github.com:acme/token",
    "http://github.com/acme/token",
    "http://ghe.example/acme/token",
    "https://ghe.example:8080/acme/token",
    "https::https://github.com/acme/token",
    "--upload-pack=id",
    "-https://github.com/acme/token",
    "https://me:secret@github.com/acme/token",
    "https://me@github.com/acme/token",
    "https://@github.com/acme/token",
    "https://github.com@evil.example/acme/token",
    "https://evil.example/acme/token",
    "https://github.com.evil.example/acme/token",
    "https://github.com./acme/token",
    "https://evil.example\\@github.com/acme/token",
    "https:\\\\github.com\\acme\\token",
    "https:/github.com/acme/token",
    "https:github.com/acme/token",
    "https:///github.com/acme/token",
    "https://git\thub.com/acme/token",
    "https://github.com/acme/token\n",
    "https://github.com/acme/token\nhost=evil.example",
    "https://github.com/acme/token%0ahost=evil.example",
    " https://github.com/acme/token",
    "https://github.com/acme/token?a",
    "https://github.com/acme/token#a",
    "https://github.com/acme/../other/token",
    "https://github.com/acme/%2e%2e/other/token",
    "https://github.com//acme/token",
    "https://github.com/acme/token//",
    "https://github.com/",
    "https://github.com",
    "https://github.com/.git",
    "https://github.com:99999/acme/token",
    "https://127.0.0.1/acme/token",
    "https://gіthub.com/acme/token",
    "../token/../../other/token",
    "..//token",
    "..\\token",
    "../token?a",
    "../tok%65n",
    "../\u0000",
  ])("%j is refused", (url) => {
    expect(() => toSubmoduleUrl(url, parent, { origins })).toThrow(expect.objectContaining({ code: "SUBMODULE_URL" }));
  });

  it("is quoted without its password, and in part where it is long", () => {
    const url = `https://me:secret@github.com/\u001b[31m${"x".repeat(10_000)}`;
    const told = /^expected an https address.*found "https:\/\/…@github.com\/\\u\{1b\}\[31mx{5,600}"$/;
    expect(() => toSubmoduleUrl(url, parent, { origins })).toThrow(told);
  });
});
