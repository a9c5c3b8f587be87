import { afterEach, beforeEach, describe, it } from "vitest";
import { ensureComment } from "../../src/act/ensure-comment.ts";
import { plantGithub } from "../helpers/github.ts";

let { github, planted, assertAsked } = plantGithub();
beforeEach(() => {
  ({ github, planted, assertAsked } = plantGithub());
});
afterEach(() => assertAsked());

const sticky = (body: string) => ({ id: 3, body, url: "https://github.com/acme/vault/pull/7#issuecomment-3" });

describe("the sticky comment", () => {
  it("is made where there is none", async () => {
    planted.post("/issues/7/comments", { body: "Words" }).reply(201, {});
    await ensureComment("Words", { github, number: 7, sticky: undefined });
  });

  it("is edited where it says something else", async () => {
    planted.patch("/issues/comments/3", { body: "New words" }).reply(200, {});
    await ensureComment("New words", { github, number: 7, sticky: sticky("Words") });
  });

  it("is left alone where it says the same, in GitHub's line ends too", async () => {
    await ensureComment("Words\n\nmore", { github, number: 7, sticky: sticky("Words\r\n\r\nmore\r\n") });
  });
});
