/**
 * Files of plugins, and files that only their owner may read.
 *
 * @packageDocumentation
 */
export { createFileAccess, type FileAccess, type FileAccessOptions } from './file-access.js';
export { lockFile } from '../lock/lock-file.js';
export type { FolderProblem } from '../file-system/private-folder.js';
export { privateFiles, type PrivateFiles } from '../file-system/private-files.js';
export { describeFileError } from '../file-system/describe-file-error.js';
export { digestOf, sha256Hex } from '../file-system/digest.js';
export { makeFolder } from '../file-system/make-folder.js';
export { TemporaryFile } from '../file-system/temporary-file.js';
