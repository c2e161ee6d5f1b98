import { MAX_TIMEOUT_MS } from '@testbench/types';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { MIN_UPDATE_INTERVAL_MS } from './limits.js';
import { type OutdatedPlugin, outdatedPlugins } from './manage-plugins.js';
import { PROJECT_OPTIONS, type ProjectOptions } from './project-options.js';

/** Starts a timer; returns a function that stops it. */
export type StartTimer = (work: () => void, delayMs: number) => () => void;

/** Options of {@link watchUpdates}. */
export interface WatchUpdatesOptions extends ProjectOptions {
  /** Time between two checks, at least 1,000 ms. @default 3600000 */
  readonly intervalMs?: number;
  /** Random variation of each interval, as a share of it from 0 to 1: without it, all hosts ask at the same moment. @default 0.2 */
  readonly jitter?: number;
  /** Called with the plugins that could be newer, whenever there are any. Exceptions from it go to `onProblem`. */
  readonly onOutdated: (outdated: readonly OutdatedPlugin[]) => unknown;
  /** Called when a check failed; the next check still takes place. @default dropped */
  readonly onProblem?: (error: unknown) => void;
  /** @default a timer that does not keep the process alive */
  readonly startTimer?: StartTimer;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

const OPTIONS: OptionReaders<WatchUpdatesOptions> = {
  ...PROJECT_OPTIONS,
  intervalMs: (node) => node.wholeNumber(MIN_UPDATE_INTERVAL_MS, MAX_TIMEOUT_MS / 2),
  jitter: (node) => node.number(0, 1),
  onOutdated: (node) => node.callback(),
  onProblem: (node) => node.callback(),
  startTimer: (node) => node.callback(),
  random: (node) => node.callback(),
};

/**
 * Checks for updates in the background without changing anything; the first check comes after a part of the interval.
 *
 * @returns A function that stops it, as the signal does; this also stops a check in progress.
 * @throws {ConfigError} For an unknown key or a wrong value.
 *
 * @example
 * ```ts no-run
 * import { RegistryMap, updatePlugins, watchUpdates } from '@testbench/registry/install';
 * import { createMemoryStore } from '@testbench/registry/stores';
 *
 * const registries = new RegistryMap({ registries: { main: createMemoryStore() } });
 * const stop = watchUpdates({
 *   folder: '.',
 *   registries,
 *   onOutdated: () => updatePlugins({ folder: '.', registries }),
 * });
 * stop();
 * ```
 */
export function watchUpdates(given: WatchUpdatesOptions): () => void {
  const options = readOptions<WatchUpdatesOptions>(given, OPTIONS, '', [
    'folder',
    'onOutdated',
    'registries',
  ]);
  const { intervalMs = 3_600_000, jitter = 0.2, onOutdated, onProblem = () => {} } = options;
  const {
    startTimer = startUnrefTimer,
    random = Math.random,
    signal,
    folder,
    registries,
  } = options;
  const controller = new AbortController();
  let endTimer = (): void => {};
  const stop = (): void => {
    endTimer();
    controller.abort();
    signal?.removeEventListener('abort', stop);
  };
  const look = async (): Promise<void> => {
    try {
      const outdated = await outdatedPlugins({ folder, registries, signal: controller.signal });
      if (outdated.length > 0 && !controller.signal.aborted) await onOutdated(outdated);
    } catch (error) {
      if (!controller.signal.aborted) onProblem(error);
    }
    if (!controller.signal.aborted) wait(intervalMs);
  };
  const wait = (delayMs: number): void => {
    const factor = 1 + jitter * (2 * random() - 1);
    endTimer = startTimer(() => void look(), Math.max(MIN_UPDATE_INTERVAL_MS, delayMs * factor));
  };
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  // Hosts that start together must not ask together.
  else wait(intervalMs * random());
  return stop;
}

function startUnrefTimer(work: () => void, delayMs: number): () => void {
  const timer = setTimeout(work, delayMs).unref();
  return () => clearTimeout(timer);
}
