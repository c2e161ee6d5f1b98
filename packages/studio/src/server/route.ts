import type { ConfigNode } from '@testbench/types/config';

import type { Project } from '../project/project.js';

/** One kind of request that the server answers with data; the page has no other access to the project. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** The whole path: what a request is about is in its query or its body. */
  readonly path: `/api/${string}`;
  /** Maximum bytes of the body. @default MAX_BODY_BYTES */
  readonly maxBodyBytes?: number;
  /** @throws {PluginError} The request failed; the error's code and message are the answer. */
  readonly answer: (call: RouteCall) => Answer | Promise<Answer>;
}

/** A request that passed the gate. */
interface RouteCall {
  readonly project: Project;
  readonly query: URLSearchParams;
  /** The JSON of the body; contains `undefined` if there is no body. */
  readonly body: ConfigNode;
  /** Fires when the client disconnects or the studio is closed. */
  readonly signal: AbortSignal;
}

/** The answer of a route. */
export type Answer =
  | { readonly json: unknown }
  | { readonly bytes: Uint8Array | string; readonly type: string }
  /** Server-sent events: each is one JSON value. */
  | { readonly events: AsyncIterable<unknown> };
