import type { ConfigNode } from '@testbench/types/config';

import type { Project } from '../project/project.js';

/** One request that the server answers with data; the page has no other way to the project. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Such as `/api/runs/:run`: a part with a colon stands for one part of the path, decoded. */
  readonly path: `/api/${string}`;
  /** Bytes of the body. @default MAX_BODY_BYTES */
  readonly maxBodyBytes?: number;
  /** @throws {PluginError} What went wrong; its code and message are the answer. */
  readonly answer: (call: RouteCall) => Answer | Promise<Answer>;
}

/** A request that passed the gate. */
interface RouteCall {
  readonly project: Project;
  /** What stands for the parts with a colon. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON of the body; `undefined` inside where there is none. */
  readonly body: ConfigNode;
  /** Fires when the client is gone or the studio is closed. */
  readonly signal: AbortSignal;
}

/** What a route answers. */
export type Answer =
  | { readonly json: unknown }
  | { readonly bytes: Uint8Array | string; readonly type: string }
  /** Server-sent events: each is one JSON value. */
  | { readonly events: AsyncIterable<unknown> };
