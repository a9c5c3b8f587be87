/** How much of it to do: `npm run test:soak` sets more. */
export const effort = {
  /** Every how-many-th read of a merge the App is killed at; every write always. */
  stride: readNumber("COUNTERSIGN_STRIDE", 16),
  /** How many random histories are played, from which seed on. */
  histories: readNumber("COUNTERSIGN_HISTORIES", 6),
  seed: readNumber("COUNTERSIGN_SEED", 1),
};

function readNumber(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name}: expected a positive number`);
  return value;
}
