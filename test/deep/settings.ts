/** `npm run test:soak` does more of it; each number can be set by itself. */
const isSoak = process.env.COUNTERSIGN_SOAK === "1";

export const effort = {
  /** Every how-many-th read of a merge the App is killed at; every write always. */
  stride: readNumber("COUNTERSIGN_STRIDE", isSoak ? 2 : 16),
  /** How many random histories are played, and from which seed. */
  histories: readNumber("COUNTERSIGN_HISTORIES", isSoak ? 150 : 6),
  /** How many random trees are written, checked out and hashed by others. */
  trees: readNumber("COUNTERSIGN_TREES", isSoak ? 20_000 : 300),
  /** How many histories the contracts' invariants are held against, each of 250 calls. */
  contractHistories: readNumber("COUNTERSIGN_CONTRACT_HISTORIES", isSoak ? 500 : 16),
  seed: readNumber("COUNTERSIGN_SEED", isSoak ? Math.floor(Date.now() / 86_400_000) : 1),
};

function readNumber(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name}: expected a positive number`);
  return value;
}
