import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Go's own `h1` of a directory with bare relative names, which protocol §2 says the tree hash is: 64 hex digits. */
export interface GoDirhash extends Disposable {
  hash(directory: string): string;
}

const main = `package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"treehash/dirhash"
)

func main() {
	sum, err := dirhash.HashDir(os.Args[1], "", dirhash.Hash1)
	if err != nil {
		panic(err)
	}
	bytes, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:"))
	if err != nil {
		panic(err)
	}
	fmt.Printf("%x", bytes)
}
`;

/** Where Go's sources are, or undefined where there is no Go on the path. */
export function findGo(): string | undefined {
  try {
    return execFileSync("go", ["env", "GOROOT"], { stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

/** Builds a program around the package that Go's own command uses, as it lies in its sources; nothing is downloaded. */
export function buildGoDirhash(goRoot: string): GoDirhash {
  const directory = mkdtempSync(join(tmpdir(), "countersign-go-"));
  mkdirSync(join(directory, "dirhash"));
  const source = join(goRoot, "src/cmd/vendor/golang.org/x/mod/sumdb/dirhash/hash.go");
  copyFileSync(source, join(directory, "dirhash", "hash.go"));
  writeFileSync(join(directory, "go.mod"), "module treehash\n\ngo 1.18\n");
  writeFileSync(join(directory, "main.go"), main);
  const offline = { GOFLAGS: "-mod=mod", GOPROXY: "off", GOTOOLCHAIN: "local", GOCACHE: join(directory, "cache") };
  const env = { PATH: process.env.PATH, HOME: directory, CGO_ENABLED: "0", ...offline };
  execFileSync("go", ["build", "-o", "treehash"], { cwd: directory, env });
  return {
    hash: (tree) => execFileSync(join(directory, "treehash"), [tree]).toString(),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
