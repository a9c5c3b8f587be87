import { execa } from "execa";
import { expect, it } from "vitest";

const commands = ["hash", "build-hash", "registry deploy", "register", "record", "sign", "status", "verify"];

const introduction = `# The command line

\`npx countersign COMMAND\`, or \`countersign COMMAND\` once installed with \`npm install --global countersign\`.
This page is what \`--help\` prints; a test keeps it so.

- **stdout is the result**, stderr the progress and the notes. With \`--json\` stdout is one object, also for an error:
  \`{"error": {"code", "message", "hint", "problems"}}\` ([codes](errors.md)).
- **Exit codes**: 0 yes, 1 refused or different, 2 wrong use or settings, 3 could not be found out.
- **Chains** come from \`COUNTERSIGN_CHAINS\` ([form](configuration.md)) or from \`--rpc\` and \`--registry\`.
- **The key** comes from \`--keystore FILE\` (the password is asked, or read from \`--password-file\`) or from
  \`COUNTERSIGN_KEY\`; never from the command line, which others on the machine can read.
- \`GITHUB_TOKEN\` is sent to the GitHub host alone; \`GHE_HOST\` and \`GHE_PROTOCOL\` name another one.
`;

async function help(command: string): Promise<string> {
  const { stdout } = await execa(process.execPath, ["src/cli/main.ts", ...command.split(" "), "--help"], {
    env: { COLUMNS: "100", NO_COLOR: "1" },
  });
  return `## ${command}\n\n\`\`\`text\n${stdout.trim()}\n\`\`\`\n`;
}

it("is documented as it is", async () => {
  const pages = await Promise.all(commands.map(help));
  await expect([introduction, ...pages].join("\n")).toMatchFileSnapshot("../../docs/cli.md");
}, 60_000);
