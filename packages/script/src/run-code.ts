import { fileURLToPath } from 'node:url';

/**
 * Path of the script of `run-code`, an evaluator that runs Python code which a model wrote against the tests of a record. Give it to
 * `buildScript`.
 *
 * @example
 * ```ts
 * import { RUN_CODE } from '@testbench/script';
 *
 * RUN_CODE.endsWith('run_code.py'); // => true
 * ```
 */
export const RUN_CODE: string = fileURLToPath(new URL('../python/run_code.py', import.meta.url));
