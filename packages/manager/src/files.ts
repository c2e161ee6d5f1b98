/**
 * Modules and files that only their owner may read.
 *
 * @packageDocumentation
 */
export { lockFile, type FolderProblem } from '@testbench/host/files';
export { readModuleFile } from './load/read-module-file.js';
