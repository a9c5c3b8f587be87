import { afterEach, beforeEach, describe, it } from "vitest";
import { ensureDeployment } from "../../src/act/ensure-deployment.ts";
import type { DeploymentWords } from "../../src/words.ts";
import { contract } from "../helpers/facts.ts";
import { plantGithub } from "../helpers/github.ts";

const landed = "b".repeat(40);
const environment = `31337 / ${contract}`;
const words: DeploymentWords = {
  environment,
  description: "Version 2",
  payload: {
    transaction: `0x${"77".repeat(32)}`,
    contract,
    chainId: 31_337,
    contractHash: `0x${"22".repeat(32)}`,
    version: 2,
  },
};
const logUrl = "https://explorer.example/tx/0x77";

let { github, planted, assertAsked } = plantGithub();
beforeEach(() => {
  ({ github, planted, assertAsked } = plantGithub());
});
afterEach(() => assertAsked());

const plantKnown = (payloads: readonly unknown[]) =>
  planted
    .get("/deployments")
    .query({ sha: landed, environment, per_page: 100 })
    .reply(
      200,
      payloads.map((payload, index) => ({ id: 10 + index, payload })),
    );
const plantStatuses = (id: number, states: readonly string[]) =>
  planted
    .get(`/deployments/${id}/statuses`)
    .query(true)
    .reply(
      200,
      states.map((state) => ({ state })),
    );
const plantStatus = (id: number) =>
  planted
    .post(`/deployments/${id}/statuses`, { state: "success", description: "Version 2", log_url: logUrl })
    .reply(201, {});
const ensure = () => ensureDeployment(words, { github, landed, logUrl });

describe("the deployment of a transaction", () => {
  it("is made where there is none, with its status", async () => {
    plantKnown([{ transaction: `0x${"66".repeat(32)}` }, null, "no JSON", 7]);
    planted
      .post(
        "/deployments",
        (body) => body.ref === landed && body.environment === environment && body.payload.version === 2,
      )
      .reply(201, { id: 20 });
    plantStatus(20);
    await ensure();
  });

  it.each([
    ["as an object", words.payload],
    ["as text", JSON.stringify(words.payload)],
    ["as text in text", JSON.stringify(JSON.stringify(words.payload))],
  ])("is found again, its payload %s, and left alone", async (_, payload) => {
    plantKnown([payload]);
    plantStatuses(10, ["in_progress", "success"]);
    await ensure();
  });

  it("gets the status that it lacks: the App was stopped between the two", async () => {
    plantKnown([words.payload]);
    plantStatuses(10, []);
    plantStatus(10);
    await ensure();
  });
});
