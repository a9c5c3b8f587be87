import { existsSync, readdirSync } from "node:fs";
import { Command, Option } from "commander";
import { type UpgradeKind, upgradeKinds } from "../../src/policy.ts";

export interface DemoOptions {
  readonly json: boolean;
  readonly keep: boolean;
  /** Where repository and files stay; a temporary directory that is removed without it. */
  readonly workdir?: string;
  /** A git repository of the user's own. It is only read. */
  readonly repo?: string;
  readonly path?: string;
  readonly ref?: string;
  readonly kind?: UpgradeKind;
}

const examples = `
Examples:
  $ npm run demo
  $ npm run demo -- --json --workdir ./demo
  $ npm run demo -- --repo ../my-project --path contracts --ref my-upgrade
  $ npm run demo -- --keep`;

export function readOptions(argv: readonly string[]): DemoOptions {
  const program = new Command("demo")
    .description("A pull request upgrades a contract on a local chain, from the review to the verified record.")
    .option("--json", "print one object at the end, and nothing else on standard output", false)
    .option("--keep", "leave everything running, and print the addresses", false)
    .option("--workdir <directory>", "keep the repository and all files there")
    .option("--repo <path>", "walk the road on a git repository of your own (a copy of it)")
    .option("--path <directory>", "the registered directory in it, relative to the repository")
    .option("--ref <branch>", "the branch that the pull request brings; the demo makes a change where it has none")
    .addOption(new Option("--kind <name>", "the upgrade kind").choices([...upgradeKinds]))
    .addHelpText("after", examples)
    .configureOutput({ writeOut: (text) => process.stderr.write(text) })
    .exitOverride();
  const options = program.parse([...argv], { from: "user" }).opts<DemoOptions>();
  if (options.repo !== undefined && !existsSync(options.repo))
    program.error(`--repo: expected a git repository, found nothing at ${options.repo}`);
  if (options.repo !== undefined && options.path === undefined)
    program.error("--repo needs --path: the directory to register");
  if (options.repo === undefined && (options.path ?? options.ref) !== undefined)
    program.error("--path and --ref belong to --repo");
  const { workdir } = options;
  if (workdir !== undefined && existsSync(workdir) && readdirSync(workdir).length > 0) {
    program.error(`--workdir: expected a new or empty directory, found files in ${workdir}`);
  }
  return options;
}
