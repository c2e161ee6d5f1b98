/**
 * The single function by which a script reaches its host: a number that selects the operation, then arguments. `assembly/shim.ts` implements it.
 *
 * It is a parameter of the function that this file is bundled into, so that author code cannot refer to it.
 */
declare function host(operation: number, ...values: unknown[]): unknown;

/** Levels of the log, as the contract numbers them. */
export const LEVELS = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 } as const;

/** Maximum length of one line in the log; the host truncates as well. */
const MAX_LOG_LENGTH = 8_192;

export function hostLog(level: number, text: string): void {
  const short = text.length > MAX_LOG_LENGTH ? `${text.slice(0, MAX_LOG_LENGTH)}…` : text;
  host(0, level, short.toWellFormed());
}

export function hostError(text: string): void {
  host(1, text);
}

export function hostEmit(text: string): void {
  host(2, text.toWellFormed());
}

/** A whole number in [0, max), or any of 32 bits for 0. */
export function hostRandom(max: number): number {
  return host(4, max) as number;
}

export function hostRandomBytes(length: number): ArrayBuffer {
  const bytes = host(5, length);
  if (typeof bytes === 'number') throw new RangeError(`Cannot get random bytes: code ${bytes}`);
  return bytes as ArrayBuffer;
}

export function hostSetState(key: string, value: string): number {
  return host(6, key.toWellFormed(), value.toWellFormed()) as number;
}

export function hostGetState(key: string): string | number {
  return host(7, key.toWellFormed()) as string | number;
}

export function hostDeleteState(key: string): number {
  return host(8, key.toWellFormed()) as number;
}

export function hostGetEnv(name: string): string | number {
  return host(9, name.toWellFormed()) as string | number;
}

/** The bytes of an attachment, or the code that says why there are none. */
export function hostAttachment(index: number, size: number): ArrayBuffer | number {
  return host(14, index, size) as ArrayBuffer | number;
}

/** UTF-8 of a text. */
export function encodeUtf8(text: string): ArrayBuffer {
  return host(10, text.toWellFormed()) as ArrayBuffer;
}

/** Decodes UTF-8 to text. */
export function decodeUtf8(bytes: ArrayBuffer, start: number, length: number): string {
  return host(11, bytes, start, length) as string;
}

/** Starts a second engine, which shares nothing with this one: code that evaluates to a function of a text, and limits. A negative code on failure. */
export function hostOpenOther(
  code: string,
  interrupts: number,
  stackBytes: number,
  memoryBytes: number,
): number {
  return host(12, code.toWellFormed(), interrupts, stackBytes, memoryBytes) as number;
}

/** Passes a question to its function; a number says why there is no answer: -6 it was interrupted, -4 it ran out of memory, or threw. */
export function hostAskOther(text: string): string | number {
  return host(13, text) as string | number;
}
