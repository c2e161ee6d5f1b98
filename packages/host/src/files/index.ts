/**
 * Files of plugins, and files that only their owner may read.
 *
 * @packageDocumentation
 */
export { createFileAccess, type FileAccess, type FileAccessOptions } from './file-access.js';
export { lockFile } from '../lock/lock-file.js';
export type { FolderProblem } from '../private-files/private-folder.js';
export { privateFiles, type PrivateFiles } from '../private-files/private-files.js';
export { describeFileError } from '../private-files/describe-file-error.js';
export { digestOf, sha256Hex } from '../private-files/digest.js';
export { makeFolder } from '../private-files/make-folder.js';
export { TemporaryFile } from '../private-files/temporary-file.js';
