import { existsSync, readFileSync } from "node:fs";

/** The package's version: its package.json lies above this file, whether as source or as built. */
export function readVersion(): string {
  const places = ["../../package.json", "../../../package.json"].map((path) => new URL(path, import.meta.url));
  const file = places.find((place) => existsSync(place));
  return file ? String(JSON.parse(readFileSync(file, "utf8")).version) : "unknown";
}
