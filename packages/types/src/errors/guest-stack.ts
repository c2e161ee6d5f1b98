import { isJsonObject } from '../data/is-json-object.js';
import { MAX_GUEST_FRAMES, MAX_PLACE_LENGTH } from '../limits.js';
import { escapeText } from '../text/escape-text.js';

/**
 * One function call of a guest that was open when it failed.
 *
 * Names and files come from the plugin and its source map: untrusted text, with control characters escaped. Show a file's name; never
 * open the file.
 */
export interface GuestFrame {
  /** Name of the function; `wasm-function[12]` if it has none. */
  readonly function: string;
  /** The author's source file, as the compiler named it. */
  readonly file?: string;
  /** Line in it, from 1. */
  readonly line?: number;
  /** Column in the line, from 1; absent if the compiler did not say. */
  readonly column?: number;
  /** Index of the function in the module; absent in a script's frames. */
  readonly functionIndex?: number;
  /** Offset in the module, in bytes from its start; absent in a script's frames, and if the module is gone. */
  readonly offset?: number;
  /** The source around the line, of the innermost frame whose source map holds its file. */
  readonly excerpt?: readonly SourceLine[];
}

/** A line of an author's source. */
export interface SourceLine {
  /** Its number, from 1. */
  readonly line: number;
  /** Untrusted text with control characters escaped, truncated to 1,000 characters. */
  readonly text: string;
}

/** Frames, innermost first. */
export type GuestStack = readonly GuestFrame[];

const MAX_EXCERPT_LINES = 8;

/** Codes of plugins that ended in an orderly way and reported a failure. */
const SAID_BY_PLUGINS: ReadonlySet<unknown> = new Set(['CALL_INVALID_INPUT', 'CALL_PLUGIN_FAILED']);

/** Frames that cannot be read are left out. Numbers beyond this are not lines, columns or offsets of anything. */
const MAX_NUMBER = 2 ** 31;

/**
 * Reads a stack from an untrusted source: a plugin's error details, a thread or a process.
 *
 * @returns At most 32 frames, texts escaped and truncated to 1,000 characters; empty for anything but a list.
 *
 * @example
 * ```ts
 * import { readGuestStack } from '@testbench/types/errors';
 *
 * readGuestStack([{ function: 'score', file: 'metric.ts', line: 12, column: 5 }, 7]).length; // => 1
 * ```
 */
export function readGuestStack(value: unknown): GuestStack {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_GUEST_FRAMES).flatMap((item: unknown) => {
    const frame = readFrame(item);
    return frame === undefined ? [] : [frame];
  });
}

function readFrame(value: unknown): GuestFrame | undefined {
  if (!isJsonObject(value)) return undefined;
  const name = placeText(value['function']);
  const functionIndex = number(value['functionIndex'], 0);
  if (name === undefined && functionIndex === undefined) return undefined;
  const file = placeText(value['file']);
  const line = file === undefined ? undefined : number(value['line'], 1);
  const column = line === undefined ? undefined : number(value['column'], 1);
  const offset = number(value['offset'], 0);
  const excerpt = readExcerpt(value['excerpt']);
  return {
    function: name ?? nameOfIndex(functionIndex!),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(functionIndex === undefined ? {} : { functionIndex }),
    ...(offset === undefined ? {} : { offset }),
    ...(excerpt.length === 0 ? {} : { excerpt }),
  };
}

function readExcerpt(value: unknown): readonly SourceLine[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_EXCERPT_LINES).flatMap((item: unknown) => {
    if (!isJsonObject(item) || typeof item['text'] !== 'string') return [];
    const line = number(item['line'], 1);
    return line === undefined ? [] : [{ line, text: cleaned(item['text']) }];
  });
}

/** The name shown for a function without one. */
function nameOfIndex(index: number): string {
  return `wasm-function[${index}]`;
}

/** An untrusted name or line, made safe to print. */
export function cleaned(text: string): string {
  return escapeText(text.slice(0, MAX_PLACE_LENGTH)).slice(0, MAX_PLACE_LENGTH);
}

function placeText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? cleaned(value) : undefined;
}

function number(value: unknown, least: number): number | undefined {
  const isNumber = Number.isSafeInteger(value);
  return isNumber && (value as number) >= least && (value as number) <= MAX_NUMBER
    ? (value as number)
    : undefined;
}

/**
 * Says briefly where an error comes from: the innermost frame in the author's own source, such as `metric.ts:12:5 in score`. For a trap
 * without such a frame it is the innermost frame in a library. A plugin reports a failure through a library, which is not the relevant place.
 *
 * @param error A `CallError` or an error with one among its causes, or what was kept of one: its code and stack.
 * @returns undefined if unknown.
 *
 * @example
 * ```ts
 * import { CallError, describePlace } from '@testbench/types/errors';
 *
 * const guestStack = [{ function: 'score', file: 'metric.ts', line: 12, column: 5 }];
 * describePlace(new CallError('CALL_TRAPPED', 'Cannot finish call: unreachable', { guestStack })); // => 'metric.ts:12:5 in score'
 * describePlace({ code: 'CALL_TRAPPED', guestStack: [] }); // => undefined
 * ```
 */
export function describePlace(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  const frames = guestStackOf(error);
  const own = frames.find(isAuthorFrame);
  const any = frames.find(({ file }) => file !== undefined);
  const frame = own ?? (SAID_BY_PLUGINS.has(code) ? undefined : any);
  if (frame === undefined) return undefined;
  const { file, line, column } = frame;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place} in ${frame.function}`;
}

/**
 * File names of libraries: AssemblyScript's `~lib/…`, npm packages, Rust's `library/…`; and the entry file that a script's build
 * generates.
 */
const LIBRARY =
  /^(?:~lib\/|testbench-entry\.ts$|library\/|\.\.\/)|(?:^|\/)node_modules\/|^\/|^[a-z]+:\/\//i;

/**
 * True for a frame in a file of the plugin's author, not of a library or the runtime.
 *
 * @example
 * ```ts
 * import { isAuthorFrame } from '@testbench/types/errors';
 *
 * isAuthorFrame({ function: 'score', file: 'metric.ts', line: 12 }); // => true
 * isAuthorFrame({ function: 'abort', file: '~lib/builtins.ts', line: 3 }); // => false
 * ```
 */
export function isAuthorFrame({ file }: GuestFrame): boolean {
  return file !== undefined && !LIBRARY.test(file);
}

/** How many nested causes are examined. */
const MAX_CAUSES = 16;

/**
 * The guest's stack of an error, or of the first of its causes that has one, for example of a failed load.
 *
 * @example
 * ```ts
 * import { CallError, guestStackOf, LoadError } from '@testbench/types/errors';
 *
 * const cause = new CallError('CALL_TRAPPED', 'trap', { guestStack: [{ function: 'init' }] });
 * guestStackOf(new LoadError('LOAD_INIT_TRAPPED', 'Cannot initialize plugin', { cause })); // => [{ function: 'init' }]
 * guestStackOf(new Error('other')); // => []
 * ```
 */
export function guestStackOf(error: unknown): GuestStack {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && isJsonObject(current); depth += 1) {
    const { guestStack, cause } = current as { readonly guestStack?: GuestStack; cause?: unknown };
    if (Array.isArray(guestStack) && guestStack.length > 0) return guestStack;
    current = cause;
  }
  return [];
}
