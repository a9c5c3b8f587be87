#!/usr/bin/env node
import { printAnswer, printFailure } from "./output.ts";
import { runProgram } from "./program.ts";
import { openSession } from "./session.ts";

const words = process.argv.slice(2);
const output = { stdout: process.stdout, stderr: process.stderr, isJson: words.includes("--json") };
const session = openSession(process);
// Whoever reads may have enough: `| head -1`.
process.stdout.once("error", () => process.exit());
try {
  const answer = await runProgram(words, session);
  process.exitCode = answer ? printAnswer(answer, output) : 0;
} catch (error) {
  process.exitCode = printFailure(error, output);
} finally {
  session.close();
}
