// A process of its own that fetches a commit: `node fetch-process.ts ROAD URL DIRECTORY COMMIT`, and hashes it.
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openRemoteRepository } from "../../src/clients/git/remote-repository.ts";
import { CountersignError } from "../../src/errors.ts";
import { gits } from "./gits.ts";

const [name = "", url = "", directory = "", commit = ""] = process.argv.slice(2);
const git = gits.find((one) => one.name === name)?.git;
const remote = openRemoteRepository({ url, directory, git, enterpriseOrigin: new URL(url).origin });
console.error("ready");
try {
  await remote.ensureCommit(commit);
  console.log(JSON.stringify({ hash: (await hashDirectory(remote, { commit, path: "" })).hash }));
} catch (error) {
  const isOurs = error instanceof CountersignError;
  console.log(
    JSON.stringify({
      code: isOurs ? error.code : "none",
      message: String(error),
      cause: String(isOurs ? error.cause : ""),
    }),
  );
}
