import { escapeText, parseWireJson } from '@testbench/types';
import { type GuestFailure, HostCode, LOG_LEVELS } from '@testbench/types/abi';
import { PluginError } from '@testbench/types/errors';

import { lenientText } from '../guest-view.js';
import { type ContextFunction, GuestStop, type HostContext } from '../host-context.js';
import {
  MAX_CHUNK_BYTES,
  MAX_EMITTED_BYTES,
  MAX_ERROR_BYTES,
  MAX_LOG_RECORD_BYTES,
} from '../limits.js';

/** `host_log`, `host_error`, `host_emit` and AssemblyScript's `abort`. */
export const MESSAGE_FUNCTIONS = {
  host_log(context, level: number, ptr: number, len: number): number {
    const name = LOG_LEVELS[level];
    const bytes = context.memory.range(ptr, len);
    if (name === undefined || bytes === undefined) return HostCode.invalidArgument;
    // Not decoded once the quota is used up: a flood of long records would cost the host as much as if they were kept.
    const text = (): string => lenientText(bytes.subarray(0, MAX_LOG_RECORD_BYTES));
    return context.log(name, text) ? 0 : HostCode.limitExceeded;
  },

  host_error(context, ptr: number, len: number): number {
    const bytes = context.memory.range(ptr, len);
    if (bytes === undefined) return HostCode.invalidArgument;
    // Parsed when the call is over, and only the last message: parsing JSON can take a hundred times as long as copying it.
    const words = bytes.slice(0, MAX_ERROR_BYTES);
    // Its stack is formatted at once: until then it keeps the guest's instance alive.
    const { stack: trace } = new Error();
    context.failure = () => ({ ...readFailure(words), trace });
    return 0;
  },

  host_emit(context, ptr: number, len: number): number | Promise<number> {
    const bytes = context.memory.range(ptr, len);
    if (bytes === undefined) return HostCode.invalidArgument;
    if (bytes.length > MAX_CHUNK_BYTES || context.emittedBytes + bytes.length > MAX_EMITTED_BYTES) {
      return HostCode.limitExceeded;
    }
    context.emittedBytes += bytes.length;
    const taken = context.call?.onChunk?.(bytes.slice());
    return taken instanceof Promise ? taken.then(() => 0) : 0;
  },

  abort(context, message: number, file: number, line: number, column: number): never {
    const text = readAssemblyScriptString(context, message) || 'abort';
    const source = readAssemblyScriptString(context, file);
    const place = source === '' ? '' : ` in ${source}:${line >>> 0}:${column >>> 0}`;
    const failure = { message: escapeText(`${text}${place}`) };
    context.failure = failure;
    throw new GuestStop(failure.message);
  },
} satisfies Record<string, ContextFunction>;

/** Text, or `{code, message, details}` as JSON. */
function readFailure(bytes: Uint8Array): GuestFailure {
  if (bytes[0] === '{'.charCodeAt(0)) {
    try {
      const value = parseWireJson(bytes) as Record<string, unknown>;
      const { code, message, details } = value;
      if (typeof message === 'string') {
        return {
          message: escapeText(message),
          ...(typeof code === 'string' || typeof code === 'number'
            ? { code: typeof code === 'string' ? escapeText(code) : code }
            : {}),
          ...(details === undefined ? {} : { details }),
        };
      }
    } catch (error) {
      // Text that only looks like JSON is still a message.
      if (!PluginError.is(error)) throw error;
    }
  }
  return { message: escapeText(lenientText(bytes)) };
}

/** Reads AssemblyScript's string layout: UTF-16 at `ptr`, its byte length in the four bytes before; '' for null or an invalid pointer. */
function readAssemblyScriptString(context: HostContext, ptr: number): string {
  if (ptr === 0) return '';
  const length = context.memory.readU32((ptr >>> 0) - 4);
  const bytes =
    length === undefined
      ? undefined
      : context.memory.range(ptr, Math.min(length, MAX_ERROR_BYTES) & ~1);
  // The view may start at an odd offset, which a Uint16Array cannot.
  return bytes === undefined ? '' : new TextDecoder('utf-16le').decode(bytes);
}
