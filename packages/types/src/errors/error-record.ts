import { parseWireJson } from '../data/parse-wire-json.js';
import { MAX_TEXT_LENGTH } from '../limits.js';
import { isJsonObject } from '../data/is-json-object.js';
import { CALL_ERROR_CODES, type CallErrorCode } from './call-error-codes.js';
import { CallError, type CallUsage } from './call-error.js';
import { type GuestStack, guestStackOf, readGuestStack } from './guest-stack.js';
import { readRetryAfterMs } from './retry.js';
import { LOAD_ERROR_CODES, LoadError, type LoadErrorCode } from './load-error.js';

/** An error as plain data, to be sent between threads or processes. */
export interface ErrorRecord {
  readonly code: CallErrorCode | LoadErrorCode;
  readonly message: string;
  readonly pluginCode?: number | string;
  readonly pluginMessage?: string;
  /** The plugin's details as JSON. */
  readonly pluginDetails?: string;
  readonly usage?: CallUsage;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  readonly field?: string;
  readonly offset?: number;
  /** For a failed load: the code of the call that failed, such as that of a limit. */
  readonly causeCode?: CallErrorCode;
  /** For a failed load: the stack of the call that failed. */
  readonly guestStack?: GuestStack;
}

/**
 * Turns an error into a record. Only the code of its cause is kept, since a cause may hold anything.
 *
 * @example
 * ```ts
 * import { CallError, fromErrorRecord, toErrorRecord } from '@testbench/types/errors';
 *
 * const record = toErrorRecord(new CallError('CALL_TRAPPED', 'Cannot finish call: unreachable'));
 * fromErrorRecord(record)?.code; // => 'CALL_TRAPPED'
 * fromErrorRecord({ code: 'EVIL', message: '' }); // => undefined
 * ```
 */
export function toErrorRecord(error: CallError | LoadError): ErrorRecord {
  const { code } = error;
  const message = error.message.slice(0, MAX_TEXT_LENGTH);
  if (error instanceof LoadError) {
    const { field, offset, cause } = error;
    return {
      code,
      message,
      ...(field === undefined ? {} : { field: shortened(field) }),
      ...(offset === undefined ? {} : { offset }),
      ...(cause instanceof CallError ? { causeCode: cause.code, ...stackOf(cause) } : {}),
    };
  }
  const { pluginCode, pluginMessage, pluginDetails, usage, retryable, retryAfterMs } = error;
  return {
    code,
    message,
    ...(pluginCode === undefined ? {} : { pluginCode: shortened(pluginCode) }),
    ...(pluginMessage === undefined ? {} : { pluginMessage: shortened(pluginMessage) }),
    ...(pluginDetails === undefined ? {} : { pluginDetails: JSON.stringify(pluginDetails) }),
    ...(usage === undefined ? {} : { usage }),
    ...(retryable === undefined ? {} : { retryable }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...stackOf(error),
  };
}

function stackOf(error: CallError): { readonly guestStack?: GuestStack } {
  const guestStack = guestStackOf(error);
  return guestStack.length === 0 ? {} : { guestStack };
}

/**
 * Reads an error from an untrusted source.
 *
 * @returns undefined for anything that {@link toErrorRecord} would not write: an unknown code, a wrong type. Long texts are truncated.
 */
export function fromErrorRecord(value: unknown): CallError | LoadError | undefined {
  if (!isJsonObject(value) || typeof value['message'] !== 'string') return undefined;
  const message = value['message'].slice(0, MAX_TEXT_LENGTH);
  const code = value['code'];
  const guestStack = readGuestStack(value['guestStack']);
  if (isOneOf(LOAD_ERROR_CODES, code)) {
    const field = cut(value['field']);
    const { offset, causeCode } = value;
    return new LoadError(code, message, {
      ...(field === undefined ? {} : { field }),
      ...(isOffset(offset) ? { offset } : {}),
      ...(isOneOf(CALL_ERROR_CODES, causeCode)
        ? { cause: new CallError(causeCode, message, { guestStack }) }
        : {}),
    });
  }
  if (!isOneOf(CALL_ERROR_CODES, code)) return undefined;
  const { pluginCode, pluginMessage, pluginDetails, retryable } = value;
  return new CallError(code, message, {
    pluginCode: typeof pluginCode === 'number' ? pluginCode : cut(pluginCode),
    pluginMessage: cut(pluginMessage),
    pluginDetails: parseDetails(pluginDetails),
    usage: readUsage(value['usage']),
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
    retryAfterMs: readRetryAfterMs(value['retryAfterMs']),
    guestStack,
  });
}

/** Reads what a call has used; undefined unless it is three numbers from 0. */
export function readUsage(value: unknown): CallUsage | undefined {
  if (!isJsonObject(value)) return undefined;
  const { executionTimeMs, memoryUsedBytes, fuelUsed } = value;
  const isAmount = (amount: unknown): amount is number =>
    typeof amount === 'number' && amount >= 0 && Number.isFinite(amount);
  if (!isAmount(executionTimeMs) || !isAmount(memoryUsedBytes) || !isAmount(fuelUsed)) {
    return undefined;
  }
  return { executionTimeMs, memoryUsedBytes, fuelUsed };
}

function isOneOf<T extends string>(values: readonly T[], value: unknown): value is T {
  return (values as readonly unknown[]).includes(value);
}

function cut(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT_LENGTH) : undefined;
}

function parseDetails(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return parseWireJson(new TextEncoder().encode(text));
  } catch {
    // Details only help people; unreadable ones count as absent.
    return undefined;
  }
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Texts are also truncated when written, since many of them go into one message. */
function shortened<T extends string | number>(value: T): string | T {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT_LENGTH) : value;
}
