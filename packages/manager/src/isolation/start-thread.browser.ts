import { LoadError } from '@testbench/types/errors';

import type { StartRunner } from './runner-link.js';

/** @throws {LoadError} `LOAD_UNSUPPORTED`, always: a browser runs plugins inline. */
export const startThread: StartRunner = () => {
  throw new LoadError(
    'LOAD_UNSUPPORTED',
    "Cannot run plugin in a thread: in a browser plugins run inline; start the page's own worker and load them there",
  );
};
