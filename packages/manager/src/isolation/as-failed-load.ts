import { CallError, LoadError, type LoadErrorCode } from '@testbench/types/errors';

/** The error codes of loads that never got a runner, or whose runner died or was ended. */
const CODES: ReadonlyMap<string, LoadErrorCode> = new Map([
  ['CALL_CONCURRENCY_EXCEEDED', 'LOAD_CONCURRENCY_EXCEEDED'],
  ['CALL_DEADLINE_EXCEEDED', 'LOAD_DEADLINE_EXCEEDED'],
  ['CALL_CRASHED', 'LOAD_CRASHED'],
  ['CALL_BAD_MESSAGE', 'LOAD_BAD_MESSAGE'],
  ['CALL_UNLOADED', 'LOAD_UNLOADED'],
  ['CALL_SHUT_DOWN', 'LOAD_SHUT_DOWN'],
]);

/** Converts the error of a failed command to a runner into the error of the load; a `LoadError` stays as it is. */
export function asFailedLoad(error: unknown): LoadError {
  if (error instanceof LoadError) return error;
  const code = error instanceof CallError ? CODES.get(error.code) : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return new LoadError(code ?? 'LOAD_START_FAILED', `Cannot load plugin: ${message}`, {
    cause: error,
  });
}
