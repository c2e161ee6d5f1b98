import type { Envelope, Rounds } from './asking.js';
import { attachmentsOf } from './attachments.js';
import { askComplete, askEmbed, askFetch, type Response } from './fetch.js';
import {
  hostAskOther,
  hostDeleteState,
  hostEmit,
  hostGetEnv,
  hostGetState,
  hostOpenOther,
  hostSetState,
} from './host.js';
import { log } from './log.js';
import { refuse } from './refuse.js';
import { hostUniform } from './web.js';

/** A code of host functions. */
const NOT_FOUND = -1;

/** Creates the context that an author's function receives in addition to its data. */
export function makeContext(
  envelope: Envelope,
  config: object,
  rounds: Rounds | undefined,
): Record<string, unknown> {
  const ask = (what: string) => {
    if (rounds !== undefined) return (request: unknown) => rounds.ask(request);
    throw new Error(
      `Cannot ${what}: the script does not say that it does; add "permissions: { network: true, allowedHosts: […] }" or "asking: true" to its definition`,
    );
  };
  return {
    config,
    log,
    random: rounds?.random ?? hostUniform,
    state,
    requestId: envelope.context?.request_id,
    metadata: envelope.context?.metadata ?? {},
    env: readEnv,
    attachments: attachmentsOf(envelope.data),
    emit: (text: unknown) => hostEmit(String(text)),
    fetch: async (target: unknown, options: object = {}): Promise<Response> =>
      await askFetch(ask('fetch'), target, options),
    openOther,
    complete: async (provider: unknown, data: unknown): Promise<unknown> =>
      await askComplete(ask('ask a provider'), provider, data),
    embed: async (provider: unknown, model: unknown, texts: unknown): Promise<unknown> =>
      await askEmbed(ask('ask a provider'), provider, model, texts),
  };
}

/** Steps of the engine between two interrupts. */
const STEPS_PER_INTERRUPT = 10_000;
/** Stack of untrusted code, below that of its caller; both share 1 MiB. */
const OTHER_STACK_BYTES = 192 * 1024;
/** Memory of such code; the rest of the plugin's memory, below a default limit of 64 MiB, is for the code that judges it. */
const OTHER_MEMORY_BYTES = 24 * 1024 * 1024;

/**
 * Starts a separate engine for untrusted code: `run-code` is built on it.
 *
 * @param code Evaluates to a function that takes a text; the text that it returns, or a promise of one, is the answer.
 * @returns A function that asks it; a number means no answer: -6 it took more than `steps`, -4 it ran out of memory, or threw.
 */
function openOther(code: unknown, steps: unknown): (text: string) => string | number {
  const interrupts = Math.max(1, Math.ceil(Number(steps) / STEPS_PER_INTERRUPT));
  const failed = hostOpenOther(String(code), interrupts, OTHER_STACK_BYTES, OTHER_MEMORY_BYTES);
  if (failed < 0) throw new Error(`Cannot begin another engine: code ${failed}`);
  return (text) => hostAskOther(text.toWellFormed());
}

/** Data kept between calls: JSON by name. */
const state = {
  get(key: unknown): unknown {
    const text = hostGetState(String(key));
    if (typeof text === 'string') return JSON.parse(text);
    if (text !== NOT_FOUND) refuse('read state', key, text);
    return undefined;
  },

  set(key: unknown, value: unknown): void {
    const text = JSON.stringify(value);
    if (text === undefined)
      throw new TypeError(`Cannot keep state "${String(key)}": it is not JSON`);
    const code = hostSetState(String(key), text);
    if (code < 0) refuse('keep state', key, code);
  },

  delete(key: unknown): boolean {
    const code = hostDeleteState(String(key));
    if (code < 0 && code !== NOT_FOUND) refuse('delete state', key, code);
    return code >= 0;
  },
};

function readEnv(name: unknown): string | undefined {
  const value = hostGetEnv(String(name));
  if (typeof value === 'string') return value;
  if (value !== NOT_FOUND) refuse('read the environment variable', name, value);
  return undefined;
}
