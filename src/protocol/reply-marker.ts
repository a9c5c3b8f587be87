/** The line by which a reply is found again, so that it is given once. */
export function toReplyMarker(comment: number): string {
  return `<!-- countersign-reply ${comment} -->`;
}

/** The comment that a reply of ours answers. */
export function parseReplyMarker(body: string): number | undefined {
  const [, id] = /^<!-- countersign-reply (\d{1,15}) -->/.exec(body) ?? [];
  return id === undefined ? undefined : Number(id);
}
