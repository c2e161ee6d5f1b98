import { LoadError } from '@testbench/types/errors';
import type { RunnerLink } from '@testbench/types/stores';

/** @throws {LoadError} `LOAD_UNSUPPORTED`, always: a browser starts no processes for a page. */
export const startProcess = (): RunnerLink => {
  throw new LoadError(
    'LOAD_UNSUPPORTED',
    'Cannot run plugin in a process: in a browser plugins run inline',
  );
};
