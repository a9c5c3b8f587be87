import type { IncomingHttpHeaders } from "node:http";
import type { RestEndpointMethodTypes } from "@octokit/rest";
import type { Actor, Need, Tokens } from "./actor.ts";
import type { Events } from "./events.ts";
import type { OperationId } from "./openapi/used.ts";
import type { Rates } from "./rates.ts";
import type { Account, App, Repository } from "./state.ts";
import type { TestMerges } from "./test-merges.ts";
import type { Webhooks } from "./webhooks.ts";
import type { World } from "./world.ts";

/** What every part of the stand-in works on. */
export interface Context {
  readonly world: World;
  readonly tokens: Tokens;
  readonly webhooks: Webhooks;
  readonly events: Events;
  readonly testMerges: TestMerges;
  readonly rates: Rates;
  /** Apps that were described on the page for new ones, by the code that turns each into an App. */
  readonly manifests: Map<string, Omit<App, "publicKey">>;
}

/** One request that was let in. */
export interface Call extends Context {
  readonly actor: Actor;
  readonly headers: IncomingHttpHeaders;
  /** Whom a change is put down to; 401 when nobody is signed in. */
  readonly sender: Account;
  /** The repository that the path names; reading it where none is named is a defect of the endpoint. */
  readonly repository: Repository;
}

/** The answer: its data, or a list that is cut into pages before its items are shaped. `key` names the list inside an object. */
export type Reply =
  | { readonly status: number; readonly data?: unknown; readonly raw?: Buffer }
  | { readonly items: readonly (() => unknown)[]; readonly key?: string };

/** What one operation of GitHub's does, and what it asks of who calls it (`open`: it looks after itself). */
export interface Endpoint<Id extends OperationId> extends Need {
  readonly open?: boolean;
  answer(input: Input<Id>, call: Call): Reply | Promise<Reply>;
}

export type Endpoints<Id extends OperationId = OperationId> = { readonly [Key in Id]: Endpoint<Key> };

type Methods = RestEndpointMethodTypes;
type Camel<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Text;
type Parameters<Area, Method> = Area extends keyof Methods
  ? Method extends keyof Methods[Area]
    ? Methods[Area][Method] extends { parameters: infer Found }
      ? Found
      : never
    : never
  : never;

/** Path, query and body of an operation in one object, as Octokit's types have them. */
export type Input<Id extends OperationId> = Id extends `${infer Area}/${infer Method}`
  ? Parameters<Camel<Area>, Camel<Method>>
  : never;

export function ok(data: unknown): Reply {
  return { status: 200, data };
}

export function created(data: unknown): Reply {
  return { status: 201, data };
}

export function done(): Reply {
  return { status: 204 };
}

/** A list; each item is shaped only when its page is asked for. */
export function listed<T>(items: readonly T[], shape: (item: T) => unknown, key?: string): Reply {
  return { items: items.map((item) => () => shape(item)), ...(key !== undefined && { key }) };
}
