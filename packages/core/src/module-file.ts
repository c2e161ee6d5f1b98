/**
 * Reads modules of plugins, and nothing else: for a program that must start quickly.
 *
 * @packageDocumentation
 */
export { readModuleFile } from '@testbench/manager/module-file';
