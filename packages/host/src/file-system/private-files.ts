import { readPrivateFile, removePrivateFile, writePrivateFile } from './private-file.js';
import { isOurs, openPrivateFolder } from './private-folder.js';

/** Keeps files that only this user may write, such as those of a cache. */
export interface PrivateFiles {
  readonly openFolder: typeof openPrivateFolder;
  readonly read: typeof readPrivateFile;
  readonly write: typeof writePrivateFile;
  readonly remove: typeof removePrivateFile;
  readonly isOurs: typeof isOurs;
}

/** See {@link PrivateFiles}. */
export const privateFiles: PrivateFiles = {
  openFolder: openPrivateFolder,
  read: readPrivateFile,
  write: writePrivateFile,
  remove: removePrivateFile,
  isOurs,
};
