import { CallError, LoadError, type LoadErrorCode } from '@testbench/types';

import type { FailureFacts } from './call-failure.js';
import { jsonText } from './encode-input.js';

const encoder = new TextEncoder();

/**
 * Names a failure of guest code that ran while a plugin was loaded.
 *
 * @param action What was tried, as in "Cannot …".
 * @param breach The code for a result that breaks the contract.
 * @returns A `LoadError` for a `CallError`; anything else as it is.
 */
export function asLoadError(
  action: string,
  cause: unknown,
  breach: LoadErrorCode = 'LOAD_START_FAILED',
): unknown {
  if (!(cause instanceof CallError)) return cause;
  const code = cause.code === 'CALL_INVALID_OUTPUT' ? breach : 'LOAD_START_FAILED';
  return new LoadError(code, `Cannot ${action}: ${cause.message}`, { cause });
}

/**
 * UTF-8 of a configuration; undefined stands for `{}`.
 *
 * @throws {LoadError} `LOAD_INIT_FAILED` if it has no JSON form.
 */
export function configBytes(config: unknown): Uint8Array {
  try {
    return encoder.encode(jsonText('config', config ?? {}));
  } catch (cause) {
    throw new LoadError('LOAD_INIT_FAILED', (cause as CallError).message, { cause });
  }
}

/** @throws {LoadError} `LOAD_INIT_FAILED` unless `plugin_init` returned 0. */
export function checkInit(code: number, { report }: FailureFacts): void {
  if (code === 0) return;
  const said = report.failure === undefined ? '' : `: ${report.failure.message}`;
  throw new LoadError(
    'LOAD_INIT_FAILED',
    `Cannot initialize plugin: "plugin_init" returned error code ${code}${said}`,
  );
}
