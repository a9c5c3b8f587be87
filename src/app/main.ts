import { pino } from "pino";
import { CountersignError, catalogue } from "../errors.ts";
import { readAppSettings } from "./settings.ts";
import { startApp } from "./start.ts";

try {
  const settings = readAppSettings(process.env);
  const log = pino({ level: settings.logLevel });
  const onLost = () => {
    log.fatal("another process took the data directory while this process stood still, so this one ends");
    process.exit(3);
  };
  const app = await startApp(settings, { log, path: process.env.PATH, onLost });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      log.info({ signal }, "stopping");
      await app.stop();
      process.exit(0);
    });
  }
} catch (error) {
  if (!(error instanceof CountersignError)) throw error;
  for (const { code, message } of error.problems) console.error(`${message} (${code}) ${catalogue[code][1]}`);
  process.exit(error.kind === "usage" ? 2 : 3);
}
