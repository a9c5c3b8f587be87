import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { observeWriters } from "../../src/observe/writers.ts";
import { post } from "../helpers/facts.ts";
import { plantGithub } from "../helpers/github.ts";

let { github, planted, assertAsked } = plantGithub();
beforeEach(() => {
  ({ github, planted, assertAsked } = plantGithub());
});
afterEach(() => assertAsked());

const open = { author: "dev", trusted: false, state: "open" } as const;
const withdraw = (author: string, change = {}) => post([{ kind: "withdraw" }], { author, ...change });
const plant = (login: string, status: number, permission = "none") =>
  planted.get(`/collaborators/${login}/permission`).reply(status, { permission });

describe("who may write", () => {
  it("is asked for once each, and only of those whose command turns on it", async () => {
    plant("ada", 200, "write");
    plant("bob", 200, "admin");
    plant("eve", 200, "read");
    const posts = [withdraw("ada"), withdraw("ada"), withdraw("bob"), withdraw("eve"), withdraw("dev")];
    const found = await observeWriters([...posts, post([{ kind: "help" }], { author: "kim" })], {
      github,
      pull: open,
    });
    expect(found.map(({ author, canWrite }) => [author, canWrite])).toEqual([
      ["ada", true],
      ["ada", true],
      ["bob", true],
      ["eve", false],
      ["dev", undefined],
      ["kim", undefined],
    ]);
  });

  it("is asked of the author too, once it is merged", async () => {
    plant("dev", 200, "read");
    const [found] = await observeWriters([withdraw("dev", { trusted: true })], {
      github,
      pull: { ...open, state: "merged" },
    });
    expect(found?.canWrite).toBe(false);
  });

  it("is asked of the author's review, since nothing says when that was edited", async () => {
    plant("dev", 200, "write");
    const found = await observeWriters([withdraw("dev"), withdraw("dev", { kind: "review" })], { github, pull: open });
    expect(found.map(({ canWrite }) => canWrite)).toEqual([true, true]);
  });

  it.each([true, false])(
    "is GitHub's word beside the author's pull request (%s), where the token may not ask",
    async (trusted) => {
      plant("dev", 403);
      const pull = { ...open, state: "merged", trusted } as const;
      const [found] = await observeWriters([withdraw("dev", { trusted: true })], { github, pull });
      expect(found?.canWrite).toBe(trusted);
    },
  );

  it("is GitHub's word beside the post, where the token may not ask", async () => {
    plant("ada", 403);
    plant("eve", 404);
    const found = await observeWriters([withdraw("ada", { trusted: true }), withdraw("eve")], { github, pull: open });
    expect(found.map(({ canWrite }) => canWrite)).toEqual([true, false]);
  });

  it("is asked of all, so that strangers push nobody out", async () => {
    plant("ada", 200, "write");
    const crowd = Array.from({ length: 12 }, (_, index) => withdraw(`x${index}`));
    for (const { author } of crowd) plant(author, 200);
    const [found] = await observeWriters([withdraw("ada"), ...crowd], { github, pull: open });
    expect(found?.canWrite).toBe(true);
  });

  it("is not known where more ask than can be asked about", async () => {
    const crowd = Array.from({ length: 101 }, (_, index) => withdraw(`x${index}`));
    const asking = observeWriters([...crowd, withdraw("x0")], { github, pull: open });
    await expect(asking).rejects.toMatchObject({ code: "GITHUB_TOO_MANY", message: expect.stringContaining("101") });
  });
});
