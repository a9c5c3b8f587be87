import type { IncomingMessage } from "node:http";

/** In bytes: of one body, and of all that are held at the same time. */
export interface BodyLimits {
  readonly one: number;
  readonly all: number;
}

/** `too-large`: this body. `busy`: so much of others is held that there is no room for it now. */
export type Body = Buffer | "too-large" | "busy";

/**
 * Reads bodies whole, counting before keeping: whoever sends them is known only when they are there, so that neither a
 * large one nor many of them may take the memory (threats W32, W36).
 */
export function createBodyReader({ one, all }: BodyLimits): (request: IncomingMessage) => Promise<Body> {
  let held = 0;

  return async (request) => {
    if (Number(request.headers["content-length"] ?? 0) > one) return "too-large";
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        length += chunk.length;
        held += chunk.length;
        if (length > one) return "too-large";
        if (held > all) return "busy";
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      held -= length;
    }
  };
}
