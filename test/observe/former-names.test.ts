import nock from "nock";
import { describe, expect, it } from "vitest";
import { isSamePlace, openFormerNames } from "../../src/observe/former-names.ts";
import { baseFacts } from "../helpers/facts.ts";
import { plantGithub } from "../helpers/github.ts";

const { pull } = baseFacts;
const linkTo = (name: string, origin = "https://github.com") =>
  `${origin}/${name}/tree/${"a".repeat(40)}/contracts/vault`;

describe("a link of another name", () => {
  it("is this repository's where the host redirects the name to its number, asked once", async () => {
    const { github, planted, assertAsked } = plantGithub();
    const api = "https://api.github.com/repositories/1";
    planted.get("").reply(301, undefined, { location: api });
    const isFormerName = openFormerNames({ ...pull, repository: "safe" }, github);
    nock("https://api.github.com").get("/repositories/1").reply(200, { id: 1 });
    expect(await isFormerName(linkTo("acme/vault"))).toBe(true);
    expect(await isFormerName(linkTo("ACME/Vault"))).toBe(true);
    assertAsked();
  });

  it.each<[string, number, object]>([
    ["another repository has it now", 200, { id: 2 }],
    ["nobody sees one", 404, { message: "Not Found" }],
  ])("is not where %s", async (_, status, body) => {
    const { github, planted, assertAsked } = plantGithub();
    planted.get("").reply(status, body);
    expect(await openFormerNames({ ...pull, repository: "safe" }, github)(linkTo("acme/vault"))).toBe(false);
    assertAsked();
  });

  it.each([
    ["today's name", linkTo("acme/vault")],
    ["another host", linkTo("acme/old", "https://example.com")],
    ["no link", "https://github.com/acme/old"],
  ])("is not asked about where it has %s", async (_, link) => {
    const { github, assertAsked } = plantGithub();
    expect(await openFormerNames(pull, github)(link)).toBe(false);
    assertAsked();
  });

  it("is to the same place where commit and directory are the same", () => {
    expect(isSamePlace(linkTo("acme/vault"), linkTo("umbrella/safe"))).toBe(true);
    expect(isSamePlace(linkTo("acme/vault"), linkTo("acme/vault").replace("/contracts", "/other"))).toBe(false);
    expect(isSamePlace("", "")).toBe(false);
  });
});
