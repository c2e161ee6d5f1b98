/**
 * The `testbench` command: run benchmarks, inspect plugins, call plugins, begin plugins.
 *
 * It is a package of its own so that the others carry no command line.
 *
 * @packageDocumentation
 */
export type { CliIo, CliOutput } from './cli-io.js';
export { ExitCode } from './exit-code.js';
export { main } from './main.js';
export { runProcess } from './run-process.js';
