import { globSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import getPort from "get-port";
import { Client } from "pg";

/** A PostgreSQL server of its own, with nothing in it. */
export interface Postgres {
  /** An address with a password, of a database that is made for it. */
  createDatabase(name: string): Promise<string>;
  /** Ends every connection to the database and removes it. */
  dropDatabase(name: string): Promise<void>;
  query(name: string, text: string): Promise<readonly Record<string, unknown>[]>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const password = "a password of the stage's database";

export async function startPostgres(): Promise<Postgres> {
  const directory = await mkdtemp(join(tmpdir(), "countersign-postgres-"));
  const owner = await findOwner();
  if (owner) await chown(directory, owner.uid, owner.gid);
  // Debian keeps the server's programs of each version apart.
  const path = [process.env.PATH, ...globSync("/usr/lib/postgresql/*/bin")].join(delimiter);
  const run = (program: string, ...args: string[]) =>
    execa(program, args, { cwd: directory, env: { PATH: path }, ...owner, stdio: "ignore" });
  const port = await getPort();
  const data = join(directory, "data");
  await run("initdb", "--pgdata", data, "--username", "stage", "--auth", "trust", "--encoding", "UTF8");
  const options = `-p ${port} -k ${directory} -c listen_addresses=127.0.0.1 -c fsync=off`;
  const control = (verb: string, ...args: string[]) => run("pg_ctl", "--wait", "--pgdata", data, ...args, verb);
  const start = () => control("start", "--options", options, "--log", join(directory, "log"));
  await start();

  async function query(database: string, text: string) {
    const client = new Client({ host: "127.0.0.1", port, user: "stage", database });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }
  return {
    query,
    async createDatabase(name) {
      await query("postgres", `create database ${name}`);
      return `postgres://stage:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;
    },
    dropDatabase: async (name) => void (await query("postgres", `drop database ${name} with (force)`)),
    async restart() {
      await control("stop", "--mode", "immediate");
      await start();
    },
    async stop() {
      await control("stop", "--mode", "immediate");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; its package brings a user. */
async function findOwner(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => (await execa("id", [flag, "postgres"])).stdout),
  );
  return { uid: Number(uid), gid: Number(gid) };
}
