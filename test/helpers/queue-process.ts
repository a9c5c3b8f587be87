// A process of its own that works on a queue and says so: `node queue-process.ts DATABASE_URL CRON`.
import { setTimeout as sleep } from "node:timers/promises";
import { openQueue } from "../../src/app/queue.ts";
import { openStore } from "../../src/clients/store.ts";

const [databaseUrl = "", sweeps = ""] = process.argv.slice(2);
const say = (word: string, about = "") => console.log(word, about);
const store = await openStore({ databaseUrl, directory: "" });
const queue = await openQueue({
  databaseUrl,
  directory: "",
  sweeps,
  onError: ({ message }) => say("error", message),
  onFailed: ({ reason }) => say("failed", reason),
  onGivenUp: ({ reason }) => say("gave-up", reason),
});
await queue.start({
  async pull({ number }) {
    say("start", String(number));
    await sleep(300);
    say("end", String(number));
  },
  commit: async () => undefined,
  installation: async () => undefined,
  chain: async () => undefined,
  sweep: async () => say("sweep"),
});
say("open");
process.once("SIGTERM", async () => {
  await queue.stop();
  await store.close();
  process.exit(0);
});
