import { failure } from "../errors.ts";

const version = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\+commit\.[0-9a-f]{8}$/;

/** The system and the C++ compiler that solc was built for and by, as its build appends them. */
const platform = /\.(?:Darwin|Emscripten|FreeBSD|Linux|Windows)\.(?:appleclang|clang|g\+\+|mingw|msvc)$/;

/** What solc's build appends to the commit where a file of its checkout was changed. */
const changed = /\+commit\.[0-9a-f]+\.mod(?:\.|$)/;

/**
 * `0.8.37+commit.f401782d` of `0.8.37+commit.f401782d.Linux.g++`: the same compiler on every platform. Nothing else may
 * stand behind the commit, since two compilers would have one name.
 *
 * @throws BUILD_FAILED where it is no version with its commit, or one of changed sources (`.mod`), which nobody else has
 */
export function toCompilerVersion(text: string): string {
  const found = text.replace(platform, "");
  if (version.test(found)) return found;
  throw failure("BUILD_FAILED", `${toExpected(found)}, found "${text.slice(0, 100)}"`);
}

function toExpected(text: string): string {
  if (changed.test(text))
    return "expected a published compiler, since nobody else has one of changed sources (.mod): build again with one";
  return "expected a compiler version with its commit as X.Y.Z+commit. and 8 hex digits, behind them at most a platform such as .Linux.g++";
}
