import { knock, sign } from "../../test/stage/door.ts";

export interface Load {
  readonly url: string;
  readonly secret: string;
  /** Bodies, taken in turn; each delivery has an id of its own, as GitHub's have. */
  readonly bodies: readonly string[];
  readonly count: number;
}

export interface LoadFigures {
  readonly perSecond: number;
  /** In milliseconds, from the first byte sent to the last byte of the answer. */
  readonly p95: number;
}

/** GitHub sends side by side; so many at once. */
const connections = 16;

/** Sends deliveries as fast as they are answered. Throws unless each is accepted. */
export async function send({ url, secret, bodies, count }: Load): Promise<LoadFigures> {
  const signed = bodies.map((body) => ({ body, signature: sign(body, secret) }));
  const times: number[] = [];
  let next = 0;
  const sender = async () => {
    for (let index = next++; index < count; index = next++) {
      const { body, signature } = signed[index % signed.length] ?? { body: "", signature: "" };
      const start = performance.now();
      await post(url, { body, signature });
      times.push(performance.now() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, sender));
  const seconds = (performance.now() - start) / 1000;
  const sorted = times.toSorted((one, two) => one - two);
  return { perSecond: Math.round(count / seconds), p95: round(sorted[Math.floor(count * 0.95)] ?? 0) };
}

async function post(url: string, { body, signature }: { body: string; signature: string }): Promise<void> {
  const status = await knock({ url }, { body, headers: { "x-hub-signature-256": signature } });
  if (status < 200 || status > 299) throw new Error(`expected a delivery to be accepted, found ${status}`);
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
