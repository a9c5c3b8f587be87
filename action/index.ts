import { error, getInput, setFailed, setOutput, summary } from "@actions/core";
import { run, toLines } from "./main.ts";

try {
  const { GITHUB_WORKSPACE: workspace = ".", PATH: programs } = process.env;
  const path = getInput("path", { required: true });
  const inputs = {
    workspace,
    path,
    commit: getInput("commit", { required: true }),
    expected: getInput("expected"),
    programs,
  };
  const { contractHash, files } = await run(inputs);
  setOutput("contract-hash", contractHash);
  setOutput("files", files);
  const rows = [
    ["Commit", inputs.commit],
    ["Files", String(files)],
    ["Tree hash", contractHash],
  ];
  await summary.addHeading("Countersign", 3).addTable(rows).write();
} catch (cause) {
  const lines = toLines(cause);
  for (const line of lines) error(line);
  setFailed(
    `${lines.length === 1 ? "The hash was refused" : `The hash was refused for ${lines.length} reasons`}: ${lines[0]}`,
  );
}
