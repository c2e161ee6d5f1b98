/** The part of every script that runs before its author's code, and through which the host reaches it. Bundled by `scripts/build-engine.mjs`. */
import { type Envelope, Rounds } from './asking.js';
import { readConfig } from './config.js';
import { makeContext } from './context.js';
import { type Definition, readDefinition } from './definition.js';
import { describeBriefly, describeError, setPlaces } from './errors.js';
import { Headers, Response } from './fetch.js';
import { hostError } from './host.js';
import { InvalidInputError } from './invalid-input.js';
import { beginLog, console, log, loggedLines } from './log.js';
import { callScript, shapeResult } from './results.js';
import type { Random } from './random.js';
import type { PlaceMap } from './source-map.js';
import { URL } from './url.js';
import { URLSearchParams } from './url-search-params.js';
import { crypto, hostUniform, structuredClone, TextDecoder, TextEncoder } from './web.js';

// Kept here in case an author's code, or a library, replaces them later.
const { parse, stringify } = JSON;

const ERROR = -1;
const INVALID_INPUT = -2;

let definition: Definition;
let problem: unknown;
let config: object = {};

/** The current call. */
let rounds: Rounds | undefined;
let context: Record<string, unknown> | undefined;
let data: unknown;
let settled = true;
let result: unknown;
let failure: { readonly error: unknown } | undefined;

/** Random numbers outside of calls are not random: the script is evaluated once, when it is built. */
let uniform: Random = () => {
  log.warn(
    'random numbers outside of a call are the same in every run: the script is evaluated once, when it is built',
  );
  uniform = hostUniform;
  return uniform();
};

const globals: Readonly<Record<string, unknown>> = {
  console,
  crypto,
  Headers,
  Response,
  structuredClone,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  queueMicrotask: (action: () => void) => void Promise.resolve().then(() => action()),
  fetch: async (target: unknown, options?: object): Promise<unknown> => {
    if (context === undefined) throw new Error('Cannot fetch: it is possible during a call only');
    return await (context['fetch'] as (...values: unknown[]) => Promise<unknown>)(target, options);
  },
};

for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
Math.random = () => (rounds === undefined ? uniform() : rounds.random());

// --- While the module is built.

export function places(text: string): void {
  setPlaces(parse(text) as PlaceMap);
}

/** Waits for an evaluated module to settle. */
export async function load(exported: Promise<Readonly<Record<string, unknown>>>): Promise<void> {
  try {
    definition = readDefinition(await exported);
  } catch (error) {
    problem = error;
  }
}

/** The script's description of itself, or what is wrong with it. */
export function outcome(): string {
  if (definition === undefined && problem === undefined) {
    problem = new TypeError(
      'Cannot use the script: its evaluation does not end: it loops, awaits what never comes, or takes more memory than a build has',
    );
  }
  if (problem !== undefined) return stringify({ problem: describeError(problem) });
  const { type, schema, asking, facts, aggregate } = definition;
  return stringify({ type, schema, asking, aggregate: aggregate !== undefined, facts });
}

export function describe(error: unknown): string {
  return stringify(describeError(error));
}

/** Completes the build. */
export function seal(): void {
  uniform = hostUniform;
}

// --- Called by the host.

export function initialize(text: string): void {
  begin(() => {
    config = readConfig(definition.schema, text === '' ? {} : parse(text));
    return undefined;
  });
}

export function execute(text: string): void {
  begin(() => {
    let envelope: Envelope;
    try {
      envelope = parse(text) as Envelope;
    } catch {
      throw new InvalidInputError('the input cannot be read as JSON, or is nested too deeply');
    }
    if (typeof envelope !== 'object' || envelope === null) {
      throw new InvalidInputError('the input is not an envelope');
    }
    data = envelope.data;
    rounds = definition.asking ? new Rounds(envelope) : undefined;
    beginLog(rounds?.logged ?? 0);
    context = makeContext(envelope, config, rounds);
    return callScript(definition, data, context);
  });
}

/** Runs an action, and records its result. */
function begin(action: () => unknown): void {
  settled = false;
  result = undefined;
  failure = undefined;
  rounds = undefined;
  context = undefined;
  beginLog(0);
  try {
    const value = action();
    if (value instanceof Promise) {
      value.then(
        (resolved) => settle(resolved),
        (error: unknown) => fail(error),
      );
    } else settle(value);
  } catch (error) {
    fail(error);
  }
}

function settle(value: unknown): void {
  settled = true;
  result = value;
}

function fail(error: unknown): void {
  settled = true;
  failure = { error };
}

/** The result of a call once no promise can make progress: the text of an output, or a code. */
export function finish(): string | number {
  try {
    if (!settled) {
      const asked = rounds?.output(loggedLines());
      if (asked !== undefined) return asked;
      throw new Error('Cannot finish: the script awaits what never comes; there are no timers');
    }
    if (failure !== undefined) return report(failure.error);
    if (context === undefined) return 0;
    return writeOutput({ data: shapeResult(definition, result, data) });
  } catch (error) {
    return report(error);
  } finally {
    context = undefined;
    data = undefined;
    result = undefined;
    failure = undefined;
  }
}

/** JSON without lone surrogates, which no host accepts. */
function writeOutput(output: unknown): string {
  const text = stringify(output);
  if (!text.includes('\\ud')) return text;
  return stringify(output, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}

function report(error: unknown): number {
  const { stack } = describeError(error);
  const { retryable, retryAfterMs, code } = Object(error) as Record<string, unknown>;
  const isInvalid = error instanceof Error && error.name === 'InvalidInputError';
  const details: Record<string, unknown> = { stack };
  if (typeof retryable === 'boolean') details['retryable'] = retryable;
  if (typeof retryAfterMs === 'number') details['retry_after_ms'] = retryAfterMs;
  const message = isInvalid ? error.message : describeBriefly(error);
  const text = stringify({
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message,
    details,
  });
  hostError(text.toWellFormed());
  return isInvalid ? INVALID_INPUT : ERROR;
}
