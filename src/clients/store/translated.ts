import { CountersignError, failure } from "../../errors.ts";
import { toPrintable } from "../revert.ts";

/**
 * Takes a step with a database. The cause is left out on purpose: an invalid address comes with its password.
 *
 * @throws STORE_FAILED for whatever a database throws
 */
export async function translated<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    const words = error instanceof Error ? error.message || error.name : String(error);
    throw failure("STORE_FAILED", `the database does not work: ${toPrintable(words)}`);
  }
}
