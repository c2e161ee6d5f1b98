import { fileURLToPath } from 'node:url';

// Next to the folder of this package's code, in both sources and build.
const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../run-code/${name}`, import.meta.url));

/**
 * Path of the script of `run-code`, an evaluator that runs model-written Python code against the tests of a record. Pass it to
 * `buildScript`.
 *
 * @example
 * ```ts
 * import { RUN_CODE } from '@testbench/script';
 *
 * RUN_CODE.endsWith('run_code.py'); // => true
 * ```
 */
export const RUN_CODE: string = pathOf('run_code.py');

/** Scripts that this package includes, by the name of the plugin and by language. */
export const SHIPPED_SCRIPTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'run-code': { python: RUN_CODE, javascript: pathOf('javascript/run-code.ts') },
};
