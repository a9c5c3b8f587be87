import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openQueue } from "../../src/app/queue.ts";
import { openStore } from "../../src/clients/store.ts";

const cache = fileURLToPath(new URL("../../node_modules/.cache/countersign/", import.meta.url));
const template = join(cache, `data-${versionOf("@electric-sql/pglite")}-${versionOf("pg-boss")}`);

const deaf = { onError: () => undefined, onFailed: () => undefined, onGivenUp: () => undefined };

function versionOf(name: string): string {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}

/**
 * The App's data directory as its first start leaves it. Making the embedded databases takes seconds of CPU each time,
 * so that it is done once on a machine; migrations bring a copy up to date as they do anywhere.
 */
export async function copyDataDirectory(to: string): Promise<void> {
  if (!(await exists(template))) await makeTemplate();
  await mkdir(dirname(to), { recursive: true });
  await cp(template, to, { recursive: true });
}

async function makeTemplate(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, "draft-"));
  const store = await openStore({ directory: join(draft, "store") });
  const queue = await openQueue({ databaseUrl: undefined, directory: join(draft, "queue"), ...deaf });
  await queue.stop();
  await store.close();
  // Another process may have been faster.
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
