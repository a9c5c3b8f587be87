import ora from "ora";

/** What a command says on stderr while it works. */
export interface Progress {
  /** A spinner at a terminal, one line elsewhere. */
  during<T>(words: string, task: () => Promise<T>): Promise<T>;
  note(text: string): void;
}

export function createProgress(stream: NodeJS.WriteStream, { isColored }: { readonly isColored: boolean }): Progress {
  const color = isColored ? "cyan" : false;
  // A terminal that says it has no columns would have ora clear lines for ever.
  const isEnabled = stream.isTTY === true && stream.columns > 0;
  return {
    async during(text, task) {
      const spinner = ora({ text, stream, color, discardStdin: false, isEnabled }).start();
      try {
        return await task();
      } finally {
        spinner.stop();
      }
    },
    note: (text) => void stream.write(`${text}\n`),
  };
}
