import type { RunnerLink, RunnerStart } from '@testbench/types/stores';

/** Starts a runner, for guests with a known memory limit. */
export type StartRunner = (events: Pick<RunnerStart, 'onMessage' | 'onExit'>) => RunnerLink;
