import type { ServerResponse } from 'node:http';

import type { ConfigNode } from '@testbench/types/config';

import type { ServedPlugins } from '../answers/read-call.js';
import type { ServeLimits } from '../limits.js';
import type { ServedModel } from '../serve-options.js';
import type { ServeMeter } from './serve-meter.js';

/** Everything that answers are made from. */
export interface Serving {
  readonly plugins: ServedPlugins;
  readonly models: ReadonlyMap<string, ServedModel>;
  readonly limits: ServeLimits;
  readonly meter: ServeMeter;
  /** When the server was started: the time at which its models came to be. */
  readonly startedAt: Date;
}

/** A request that was let in. */
export interface RouteCall {
  readonly serving: Serving;
  readonly response: ServerResponse;
  /** The JSON of the body; contains `undefined` if there is none. */
  readonly body: ConfigNode;
  /** What follows the path of a route that ends in `/`, decoded; otherwise empty. */
  readonly rest: string;
  /** Fires when the client has gone, the request's time is over, or the server is closed. */
  readonly signal: AbortSignal;
}

/** One kind of request. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** The whole path; one that ends in `/` stands for those that begin with it. */
  readonly path: `/${string}`;
  /** Its name in metrics and in the description of the API. */
  readonly operation: string;
  /** How its errors look. */
  readonly errors: 'problem' | 'openai';
  /** Sends the answer. @throws {PluginError} The error's code and message are the answer. */
  readonly answer: (call: RouteCall) => Promise<void>;
}
