import type { RunnerLink, RunnerStart } from '@testbench/types/stores';

/** Starts a runner, for guests of a limit that is known. */
export type StartRunner = (events: Pick<RunnerStart, 'onMessage' | 'onExit'>) => RunnerLink;
