import type { LogRecord } from '@testbench/types/abi';

/** Lines of a log shown in a stack; `logsOf` has all. */
const SHOWN_LOGS = 20;

/** Frames of the stack above a function: where it was called. An error from a thread does not have them. */
export function framesOf(callee: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callee);
  return (holder.stack ?? '').split('\n').slice(1).join('\n');
}

/** The same error, with a stack that starts in the test, and with the plugin's log. */
export function tellCaller(error: unknown, frames: string, logs: readonly LogRecord[]): unknown {
  if (!(error instanceof Error) || Object.hasOwn(error, 'logs')) return error;
  const head = `${error.name}: ${error.message}`;
  const stack = error.stack ?? head;
  const at = stack.search(/^ {4}at /m);
  const rest = at === -1 ? '' : `\n${stack.slice(at)}`;
  const shown = logs.slice(-SHOWN_LOGS).map(({ level, message }) => `\n  ${level}: ${message}`);
  const title = at === -1 ? stack : stack.slice(0, at).trimEnd();
  error.stack = `${title}${shown.join('')}\n${frames}${rest}`;
  return Object.assign(error, { logs });
}

/**
 * The plugin's log during the call that failed, or while it was loaded.
 *
 * @param error From a `TestHost` or `createTestHost`; for any other error the log is empty.
 *
 * @example
 * ```ts no-run
 * import { createTestHost, logsOf } from '@testbench/sdk';
 *
 * await using host = await createTestHost('build/exact-match.wasm');
 * await host.call({}).catch((error: unknown) => console.log(logsOf(error)));
 * ```
 */
export function logsOf(error: unknown): readonly LogRecord[] {
  return error instanceof Error && Object.hasOwn(error, 'logs')
    ? (error as Error & { readonly logs: readonly LogRecord[] }).logs
    : [];
}
