/**
 * The `testbench` command: run benchmarks; inspect, call and write plugins.
 *
 * It is a separate package so that the others need no command-line dependencies.
 *
 * @packageDocumentation
 */
export type { CliIo, CliOutput } from './cli-io.js';
export { ExitCode } from './exit-code.js';
export { main } from './main.js';
export { runProcess } from './run-process.js';
