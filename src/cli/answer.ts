/** What a command found out: 0 is yes, 1 is refused or different, 3 could not be found out. */
export interface Answer {
  readonly exit: 0 | 1 | 3;
  /** The result for a person: stdout, without the last line end. */
  readonly text: string;
  /** Without that line end: the bytes of `text` are the result. */
  readonly isExact?: true;
  /** The result for a program: with `--json`, the one object on stdout. */
  readonly json: object;
}
