/**
 * Modules and files that only their owner may read.
 *
 * @packageDocumentation
 */
export {
  describeFileError,
  digestOf,
  type FolderProblem,
  lockFile,
  makeFolder,
  sha256Hex,
  TemporaryFile,
} from '@testbench/host/files';
export { readModuleFile } from './load/read-module-file.js';
