/** A post, as our answer to it names it. GitHub numbers comments and reviews apart. */
export interface PostName {
  readonly kind: "comment" | "review";
  readonly id: number;
}

/** The line by which an answer is found again, so that it is given once. */
export function toReplyMarker({ kind, id }: PostName): string {
  return `<!-- countersign-reply ${kind} ${id} -->`;
}

/** The post that a comment of ours answers. */
export function parseReplyMarker(body: string): PostName | undefined {
  const [, kind, id] = /^<!-- countersign-reply (comment|review) (\d{1,15}) -->/.exec(body) ?? [];
  return id === undefined ? undefined : { kind: kind as PostName["kind"], id: Number(id) };
}
