import { afterEach, beforeEach, describe, it } from "vitest";
import { ensureReply } from "../../src/act/ensure-reply.ts";
import { plantGithub } from "../helpers/github.ts";

let { github, planted, assertAsked } = plantGithub();
beforeEach(() => {
  ({ github, planted, assertAsked } = plantGithub());
});
afterEach(() => assertAsked());

describe("a reply", () => {
  it("begins with its marker, by which it is found again", async () => {
    planted.post("/issues/7/comments", { body: "<!-- marker -->\n\nWords" }).reply(201, {});
    await ensureReply({ marker: "<!-- marker -->", words: "Words" }, { github, number: 7 });
  });
});
