/** What ours takes beside a reference, or beside nothing where there is none to compare with. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly reference: number | null;
  readonly referenceName: string;
  /** ours / reference */
  readonly ratio: number | null;
}

export function toRow(row: Omit<Row, "ratio">): Row {
  const ratio = !row.reference ? null : Number((row.ours / row.reference).toFixed(4));
  return { ...row, ratio };
}
