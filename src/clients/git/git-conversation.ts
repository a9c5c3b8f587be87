import { openBatchOutput } from "./batch-output.ts";
import { explainEnd, type ObjectPlace, whenEnded } from "./git-end.ts";
import type { BlobHeader, BlobWriter, OpenBlob } from "./object-source.ts";

/**
 * Asks for one object, whose bytes go to the writer. Answers whether it is here. What cannot be read, and what the writer
 * throws, is the failure of this object alone.
 */
export type AskGit = (oid: string, open: OpenBlob) => Promise<boolean>;

interface Question {
  readonly oid: string;
  readonly open: OpenBlob;
  resolve(isHere: boolean): void;
  reject(error: unknown): void;
}

/** Milliseconds after which a git that nobody asks anything is let go. */
const idle = 50;

/** Each failure costs a process: after so many, what else was asked fails with the last of them. */
const mostFailures = 3;

/** One git that answers question after question, in their order; it is started when asked, and ends when nobody asks. */
export function openConversation(place: ObjectPlace): AskGit {
  let tell: ((question: Question) => void) | undefined;
  let failures = 0;

  function ask(question: Question): void {
    tell ??= begin();
    tell(question);
  }

  function begin(): (question: Question) => void {
    const child = place.git.overObjects(place.objects, ["cat-file", "--batch"]);
    const questions: Question[] = [];
    const output = openBatchOutput({
      open,
      onMissing: () => questions.shift()?.resolve(false),
      asked: () => questions[0]?.oid,
    });
    const timer = setTimeout(() => close(), idle);

    function open(header: BlobHeader): BlobWriter {
      const [question] = questions;
      const writer = question?.open(header);
      return {
        write: (chunk) => writer?.write(chunk),
        end() {
          writer?.end();
          questions.shift();
          question?.resolve(true);
        },
      };
    }
    function put(question: Question): void {
      questions.push(question);
      child.stdin.cork();
      child.stdin.write(`${question.oid}\n`);
      process.nextTick(() => child.stdin.uncork());
      timer.refresh();
    }
    function close(): void {
      clearTimeout(timer);
      if (tell === put) tell = undefined;
      child.stdin.end();
    }
    function fail(error: unknown): void {
      close();
      child.kill("SIGKILL");
      failures += 1;
      const [failed, ...others] = questions.splice(0);
      failed?.reject(error);
      for (const other of others)
        if (failures < mostFailures) ask(other);
        else other.reject(error);
    }
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (chunk: Buffer) => {
      timer.refresh();
      try {
        if (questions.length > 0) output.push(chunk);
      } catch (error) {
        fail(error);
      }
    });
    void whenEnded(child).then(async (end) => {
      close();
      const [asked] = questions;
      if (asked) fail(await explainEnd(end, { ...place, output, asked: asked.oid }));
    });
    return put;
  }

  return (oid, open) => new Promise((resolve, reject) => ask({ oid, open, resolve, reject }));
}
