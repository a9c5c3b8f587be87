import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPlainPath, type Link, parseLink, toLink, toRepositoryUrl } from "../../src/protocol/link.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const base = `https://github.com/acme/vault/tree/${commit}`;

describe("a link", () => {
  const links: [string, Partial<Link>][] = [
    [base, { path: "" }],
    [`${base}/contracts/vault`, { path: "contracts/vault" }],
    [`${base}/a%20b/%C3%A9`, { path: "a b/é" }],
    [`${base}/%25%23%3F`, { path: "%#?" }],
    [`${base}/(a)!~*'`, { path: "(a)!~*'" }],
    [`https://github.com/acme/vault/tree/${"0".repeat(64)}/x`, { commit: "0".repeat(64) }],
    [`http://127.0.0.1:8080/a_b-c/.github/tree/${commit}`, { origin: "http://127.0.0.1:8080", repository: ".github" }],
    [`https://[::1]:8443/a/b/tree/${commit}`, { origin: "https://[::1]:8443" }],
  ];
  it.each(links)("%s is read", (text, expected) => {
    const link = parseLink(text);
    expect(link).toMatchObject(expected);
    expect(toLink(link)).toBe(text);
  });

  it("comes back from any path that a directory can have", () => {
    const part = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/^\.{1,2}$|\//.test(text));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const link = {
          origin: "https://github.com",
          owner: "acme",
          repository: "vault",
          commit,
          path: parts.join("/"),
        };
        expect(parseLink(toLink(link))).toEqual(link);
      }),
    );
  });

  it("names the address that git fetches from", () => {
    expect(toRepositoryUrl(parseLink(`${base}/contracts`))).toBe("https://github.com/acme/vault");
  });
});

describe("anything but the one spelling of a link", () => {
  const refused: [string, string][] = [
    ["nothing", ""],
    ["another scheme", base.replace("https", "file")],
    ["git's ext transport", `ext::sh -c id ${base}`],
    ["ssh with a proxy command", `ssh://-oProxyCommand=id/acme/vault/tree/${commit}`],
    ["a name and password", base.replace("github.com", "me:secret@github.com")],
    ["a host in capitals", base.replace("github.com", "GitHub.com")],
    ["the default port", base.replace("github.com", "github.com:443")],
    ["a port that is none", base.replace("github.com", "github.com:99999")],
    ["a backslash in the host", base.replace("github.com", "github.com\\evil.example")],
    ["a space in the host", base.replace("github.com", "github .com")],
    ["an address in another notation", base.replace("github.com", "0x7f.1")],
    ["a host in another alphabet", base.replace("github.com", "gіthub.com")],
    ["no owner", base.replace("/acme", "/")],
    ["an owner that begins with a dash", base.replace("acme", "-acme")],
    ["an owner of 40 characters", base.replace("acme", "a".repeat(40))],
    ["a repository named ..", base.replace("vault", "..")],
    ["a repository with .git behind", base.replace("vault", "vault.git")],
    ["a repository with an escape", base.replace("vault", "v%61ult")],
    ["a branch", base.replace(commit, "main")],
    ["a short commit", base.replace(commit, commit.slice(0, 39))],
    ["a commit in capitals", base.replace(commit, commit.toUpperCase())],
    ["a blob", base.replace("tree", "blob")],
    ["a slash behind", `${base}/`],
    ["a slash behind the path", `${base}/contracts/`],
    ["an empty part", `${base}/a//b`],
    ["a part ..", `${base}/a/../b`],
    ["an escaped part ..", `${base}/a/%2e%2e/b`],
    ["an escaped slash", `${base}/a%2Fb`],
    ["an escape that is not needed", `${base}/%61`],
    ["a missing escape", `${base}/é`],
    ["an escape in small letters", `${base}/%c3%a9`],
    ["half an escape", `${base}/%`],
    ["bytes that are not UTF-8", `${base}/%ff`],
    ["a lone surrogate", `${base}/\ud800`],
    ["a query", `${base}/a?b`],
    ["a fragment", `${base}/a#b`],
    ["a line end behind", `${base}/a\n`],
    ["a space before", ` ${base}`],
  ];
  it.each(refused)("%s is refused", (_, text) => {
    expect(() => parseLink(text)).toThrow(expect.objectContaining({ code: "LINK_INVALID" }));
  });

  it("is quoted, and only in part where it is long", () => {
    const text = `${base}/\u001b[31m${"x".repeat(10_000)}`;
    expect(() => parseLink(text)).toThrow(/^.{1,800}$/);
  });
});

describe("a path inside a repository", () => {
  const paths: [string, boolean][] = [
    ["", true],
    ["a/b", true],
    ["...", true],
    ["/a", false],
    ["a/", false],
    ["./a", false],
    ["a/..", false],
  ];
  it.each(paths)("%j: %s", (path, expected) => {
    expect(isPlainPath(path)).toBe(expected);
  });
});
