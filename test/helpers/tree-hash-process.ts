// A process of its own that hashes a commit by one road: `node tree-hash-process.ts ROAD REPOSITORY COMMIT`.
import { CountersignError } from "../../src/errors.ts";
import { treeRoads } from "./tree-roads.ts";

const [name = "", path = "", commit = ""] = process.argv.slice(2);
const road = treeRoads.find((one) => one.name === name);
const answer = await road?.hash({ path }, { commit, path: "" }).catch((error: unknown) => error);
const isRefused = answer instanceof CountersignError;
console.log(JSON.stringify(isRefused ? { code: answer.code, message: answer.message } : { answer: String(answer) }));
