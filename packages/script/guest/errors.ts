import { findSource, type Place, type PlaceMap } from './source-map.js';

/** Name of the bundle in stacks. */
const BUNDLE = 'script.js';
/** Frames of a stack that are reported. */
const MAX_FRAMES = 12;
/** Characters of a message that are reported. */
const MAX_MESSAGE = 2_000;

/** Features that scripts use but that do not exist here, and what to do about it. */
const MISSING: Readonly<Record<string, string>> = {
  Intl: 'there is no Intl; numbers and dates have no languages here',
  setTimeout: 'there are no timers; use await',
  setInterval: 'there are no timers; use await',
  setImmediate: 'there are no timers; use await',
  process: 'there is no Node; use the config, or env of the context',
  require: 'use import; the build bundles what it names',
  module: 'use export',
  Buffer: 'there is no Node; use Uint8Array, TextEncoder and TextDecoder',
  __dirname: 'there are no files; import JSON and text instead',
  __filename: 'there are no files; import JSON and text instead',
  window: 'there is no browser',
  document: 'there is no browser',
  navigator: 'there is no browser',
  localStorage: 'use state of the context',
  XMLHttpRequest: 'use fetch',
  WebSocket: 'use fetch',
  AbortController: 'a call ends with its limits',
  AbortSignal: 'a call ends with its limits',
  Worker: 'a script has one thread',
  WebAssembly: 'a script cannot run other modules',
};

/** A frame of a stack, with the place in the author's source if it is known. */
interface Frame extends Partial<Place> {
  readonly function: string;
}

/** The information about a failure that the host receives. */
export interface Description {
  readonly message: string;
  readonly stack: readonly Frame[];
}

let places: PlaceMap | undefined;

export function setPlaces(map: PlaceMap): void {
  places = map;
}

/** Describes any thrown value: name, message, and where in the source. */
export function describeError(error: unknown): Description {
  let message: string;
  let stack: readonly Frame[] = [];
  try {
    message = messageOf(error);
    if (error instanceof Error) stack = readStack(String(error.stack ?? ''));
  } catch {
    message = 'an error that cannot be read';
  }
  if (message.length > MAX_MESSAGE) message = `${message.slice(0, MAX_MESSAGE)}…`;
  return { message: message.toWellFormed(), stack };
}

/** The same on one line. */
export function describeBriefly(error: unknown): string {
  const { message, stack } = describeError(error);
  const place = stack.find(({ file }) => file !== undefined);
  if (place === undefined) return message;
  return `${message} (${place.file}:${place.line}:${place.column})`;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const name = String(error.name);
  const text = String(error.message);
  const hint = name === 'ReferenceError' ? hintFor(text) : '';
  return `${name}: ${text}${hint}`;
}

function hintFor(message: string): string {
  const name = /^'?([\w$]+)'? is not defined/.exec(message)?.[1];
  const hint = name === undefined || !Object.hasOwn(MISSING, name) ? undefined : MISSING[name];
  return hint === undefined ? '' : `: ${hint}`;
}

function readStack(stack: string): readonly Frame[] {
  const frames: Frame[] = [];
  // In a recursion all frames are the same, and reading the map takes time.
  const known = new Map<string, Place | undefined>();
  for (const line of stack.split('\n')) {
    // "    at name (script.js:1:2)", or without a name; a single expression for the whole line would cost more than everything else.
    const start = line.lastIndexOf(`${BUNDLE}:`);
    const match = start === -1 ? null : /^:(\d+):(\d+)/.exec(line.slice(start + BUNDLE.length));
    if (match === null) continue;
    const name =
      line
        .slice(line.indexOf('at ') + 3, start)
        .replace('(', '')
        .trim() || '<anonymous>';
    if (frames.length >= MAX_FRAMES) break;
    const at = `${match[1]}:${match[2]}`;
    if (places !== undefined && !known.has(at)) {
      known.set(at, findSource(places, Number(match[1]), Number(match[2])));
    }
    frames.push({ function: name, ...known.get(at) });
  }
  return frames;
}
