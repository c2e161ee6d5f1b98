import { MAX_TIMEOUT_MS } from '@testbench/types';
import { CallError } from '@testbench/types/errors';
import type { CustomIsolation, RunnerLink, RunnerStart } from '@testbench/types/stores';

/**
 * Starts a runner of the host's own isolation. Whatever its code does, calls end with our own errors: nothing that it
 * throws, returns or reports too early or too often gets past this point.
 *
 * @throws {CallError} `CALL_START_FAILED` if it throws, or gives no link.
 */
export function startCustom(isolation: CustomIsolation, runner: RunnerStart): RunnerLink {
  const { name } = isolation;
  let hears = false;
  let gone = false;
  /** Defers the report if necessary: there is no listener before the link exists. */
  const hear = (tell: () => void): void => {
    if (hears) tell();
    else queueMicrotask(tell);
  };
  const exit = (reason: string): void => {
    if (gone) return;
    gone = true;
    hear(() => runner.onExit(reason));
  };
  let link: RunnerLink;
  try {
    link = checkLink(
      isolation.start({
        maxMemoryBytes: runner.maxMemoryBytes,
        onMessage: (message) => {
          if (!gone) hear(() => runner.onMessage(message));
        },
        onExit: (reason) => exit(`the runner ended: ${reason}`),
      }),
    );
  } catch (cause) {
    gone = true;
    const message = `Cannot start runner: isolation "${name}" failed: ${messageOf(cause)}`;
    throw new CallError('CALL_START_FAILED', message, { cause });
  }
  hears = true;
  const attempt = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      exit(`isolation "${name}" failed: ${messageOf(error)}`);
      kill();
    }
  };
  const kill = (): void => {
    try {
      link.kill();
    } catch {
      // Nothing more can be done about it, and its call has already failed.
    }
  };
  const { graceMs } = link;
  return {
    send: (message) => attempt(() => link.send(message)),
    kill,
    setBusy: (busy) => attempt(() => link.setBusy?.(busy)),
    ...(link.requestStop === undefined
      ? {}
      : { requestStop: (stop: boolean) => attempt(() => link.requestStop?.(stop)) }),
    ...(graceMs === undefined ? {} : { graceMs }),
  };
}

/** @throws {TypeError} */
function checkLink(value: unknown): RunnerLink {
  const link = Object(value) as Partial<Record<keyof RunnerLink, unknown>>;
  const isOptional = (method: unknown): boolean =>
    method === undefined || typeof method === 'function';
  if (typeof link.send !== 'function' || typeof link.kill !== 'function') {
    throw new TypeError('"start" gave no link with "send" and "kill"');
  }
  if (!isOptional(link.requestStop) || !isOptional(link.setBusy)) {
    throw new TypeError('"requestStop" or "setBusy" of its link is not a function');
  }
  const { graceMs = 0 } = link;
  if (typeof graceMs !== 'number' || !(graceMs >= 0 && graceMs <= MAX_TIMEOUT_MS)) {
    throw new TypeError(`"graceMs" of its link is not a number from 0 to ${MAX_TIMEOUT_MS}`);
  }
  return value as RunnerLink;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
