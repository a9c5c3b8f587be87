import type { PgBoss } from "pg-boss";

/**
 * pg-boss passes by the jobs of keys that ran when it last counted, up to a minute ago, though they have ended since
 * (timgit/pg-boss#612): a signature could wait a minute for nothing. Which keys run now, each fetch sees for itself by
 * their groups. So what was counted is forgotten.
 */
export function forgetCountedKeys(boss: PgBoss): void {
  const db = boss.getDb();
  const execute = db.executeSql.bind(db);
  db.executeSql = async (text, values) => {
    const result = await execute(text, values);
    // Several statements in one have no rows.
    for (const row of result.rows ?? []) if ("singletonsActive" in row) row.singletonsActive = null;
    return result;
  };
}
