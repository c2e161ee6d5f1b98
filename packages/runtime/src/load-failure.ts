import { CallError, LoadError, type LoadErrorCode } from '@testbench/types/errors';

import type { FailureFacts } from './call-failure.js';
import { jsonText } from './encode-input.js';

const encoder = new TextEncoder();

/**
 * Converts a failure of guest code that ran while a plugin was loaded.
 *
 * @param action What was attempted, as in "Cannot …".
 * @param code The code of the step.
 * @param breach The code for a result that breaks the contract. @default `code`
 * @returns A `LoadError` for a `CallError`; anything else as it is.
 */
export function asLoadError(
  action: string,
  cause: unknown,
  code: LoadErrorCode,
  breach: LoadErrorCode = code,
): unknown {
  if (!(cause instanceof CallError)) return cause;
  if (cause.code === 'CALL_PROTOCOL_FAILED') {
    return new LoadError('LOAD_PROTOCOL_FAILED', `Cannot ${action}: ${cause.message}`, { cause });
  }
  return new LoadError(
    cause.code === 'CALL_INVALID_OUTPUT' ? breach : code,
    `Cannot ${action}: ${cause.message}`,
    { cause },
  );
}

/**
 * UTF-8 of a configuration; undefined stands for `{}`.
 *
 * @param plugin As {@link describePlugin} returns it.
 * @throws {LoadError} `LOAD_INVALID_CONFIG` if it has no JSON form.
 */
export function configBytes(config: unknown, plugin: string): Uint8Array {
  try {
    return encoder.encode(jsonText('config', config ?? {}));
  } catch (cause) {
    const { message } = cause as CallError;
    throw new LoadError('LOAD_INVALID_CONFIG', `Cannot initialize ${plugin}: ${message}`, {
      cause,
    });
  }
}

/** A plugin in a message, by its name if known. */
export function describePlugin(name: string | undefined): string {
  return name === undefined ? 'plugin' : `plugin "${name}"`;
}

/** @throws {LoadError} `LOAD_INIT_FAILED` unless `plugin_init` returned 0. */
export function checkInit(code: number, plugin: string, { report }: FailureFacts): void {
  if (code === 0) return;
  const said = report.failure === undefined ? '' : `: ${report.failure.message}`;
  throw new LoadError(
    'LOAD_INIT_FAILED',
    `Cannot initialize ${plugin}: "plugin_init" returned error code ${code}${said}`,
  );
}
