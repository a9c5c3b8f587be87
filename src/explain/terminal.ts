import { type CountersignError, catalogue, type Problem } from "../errors.ts";
import { toVisible } from "./visible.ts";

/** Our Markdown as plain text: what stands in code spans was made visible before (markdown.ts). */
export function toPlain(markdown: string): string {
  return markdown.replaceAll("`", "");
}

/** Lines of a name and what it is, in two columns. */
export function toColumns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${toVisible(value)}`).join("\n");
}

/** Every problem with its code, and after the last of its kind what to do. */
export function explainFailure({ problems }: CountersignError): string {
  return problems
    .flatMap((problem, index) => {
      const isLast = problems[index + 1]?.code !== problem.code;
      return [explainProblem(problem), ...(isLast ? [`  ${catalogue[problem.code][1]}`] : [])];
    })
    .join("\n");
}

function explainProblem({ code, message, subject }: Problem): string {
  const where = subject === undefined || message.includes(subject) ? "" : ` (${toVisible(subject)})`;
  return `${code}: ${toVisible(message)}${where}`;
}
