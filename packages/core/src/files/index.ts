/**
 * Files: reading modules, outputs that appear whole or not at all, and files that only their owner may read.
 *
 * @packageDocumentation
 */
export type { FolderProblem } from '@testbench/manager/files';
export {
  describeFileError,
  digestOf,
  lockFile,
  makeFolder,
  readModuleFile,
  sha256Hex,
  TemporaryFile,
} from '@testbench/manager/files';
export { OutputError, type OutputErrorCode } from './output-error.js';
export { OutputFile, type OutputFileOptions, writeOutput } from './output-file.js';
export {
  findOutputPlace,
  OUTPUT_OPTIONS,
  type OutputInput,
  type OutputOptions,
  type OutputPlace,
} from './output-place.js';
export { finishPublishing, publishTogether, syncFolder } from './publish-together.js';
