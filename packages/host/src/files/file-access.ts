import { stat } from 'node:fs/promises';
import { basename, dirname, relative, sep } from 'node:path';

import { type DirectoryGrant, innermostDirectory, type PermissionSet } from '@testbench/sandbox';
import { HostCode } from '@testbench/types/abi';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { EffectFailure } from '../effects/effect-failure.js';
import { MAX_WRITTEN_BYTES, MAX_WRITTEN_FILES } from '../limits.js';
import { readPermissionSet } from '../read-permission-set.js';
import { type ListedEntry, listDirectory } from './list-directory.js';
import {
  denied,
  openDirectory,
  type OpenedDirectory,
  type PinnedGrant,
  pinGrant,
} from './open-directory.js';
import { ReadableFile } from './readable-file.js';
import { TemporaryFile } from '../file-system/temporary-file.js';
import { WritableFile } from './writable-file.js';

/** Options of {@link createFileAccess}. */
export interface FileAccessOptions {
  readonly permissions: PermissionSet;
  /** Where the system lists open descriptors. @default '/proc/self/fd' */
  readonly descriptors?: string;
}

/** The files of one plugin, shared by its instances: their writes are counted together. */
export interface FileAccess {
  /** @throws {EffectFailure} Denied, limit exceeded. Whatever the file system throws. */
  openForReading(path: string): Promise<ReadableFile>;
  /** @throws {EffectFailure} The same. */
  openForWriting(path: string): Promise<WritableFile>;
  /** @throws {EffectFailure} The same. */
  list(path: string, count?: () => void): Promise<ListedEntry[]>;
}

const OPTIONS: OptionReaders<FileAccessOptions> = {
  permissions: readPermissionSet,
  descriptors: (node) => node.text(),
};

/**
 * Makes the file access of one plugin, for `createHostEffects`.
 *
 * Files are opened by descriptor and checked after opening, never by checking a path and opening it later. This needs
 * `/proc/self/fd`; where it does not exist (systems other than Linux), every file is refused.
 *
 * @throws {ConfigError} For an unknown key or a wrong value.
 *
 * @example
 * ```ts
 * import { createHostEffects } from '@testbench/host';
 * import { createFileAccess } from '@testbench/host/files';
 * import { PermissionSet } from '@testbench/sandbox';
 *
 * const permissions = new PermissionSet({ filesystem: true, allowedDirs: ['/data'] });
 * const effects = createHostEffects({ permissions, files: createFileAccess({ permissions }) });
 * effects.beginCall({ deadlineMs: Number.POSITIVE_INFINITY });
 * const path = new TextEncoder().encode('/etc/passwd');
 * await effects.perform('host_file_open', [path, 0]); // => { code: -3, denied: 'reading "/etc/passwd"' }
 * ```
 */
export function createFileAccess(options: FileAccessOptions): FileAccess {
  const { permissions, descriptors = '/proc/self/fd' } = readOptions<FileAccessOptions>(
    options,
    OPTIONS,
    '',
    ['permissions'],
  );
  const pinned = new Map<DirectoryGrant, PinnedGrant>();
  let writtenBytes = 0;
  let writtenFiles = 0;

  /** All grants whose directories exist, each as it was when it was first used. */
  const pinGrants = async (): Promise<PinnedGrant[]> => {
    for (const grant of permissions.directories) {
      if (pinned.has(grant)) continue;
      const found = await pinGrant(grant, descriptors);
      if (found !== undefined && !pinned.has(grant)) pinned.set(grant, found);
    }
    return [...pinned.values()];
  };

  const openGranted = async (
    path: string,
    access: DirectoryGrant['access'],
  ): Promise<OpenedDirectory> => {
    if (!(await exists(descriptors))) denied('this system does not show open descriptors (/proc)');
    const grants = await pinGrants();
    const grant = innermostDirectory(grants, path);
    if (grant === undefined) denied('there is no such directory to grant');
    const names = relative(grant.path, path).split(sep);
    const directory = await openDirectory(
      grant,
      names.filter((name) => name !== ''),
      grants,
      descriptors,
    );
    if (access === 'read-only' || directory.grant.access === 'read-write') return directory;
    await directory.handle.close();
    return denied('it is read-only');
  };

  const checkText = (path: string, access: DirectoryGrant['access']): void => {
    if (!permissions.allowsPath(path, access) || TemporaryFile.isName(basename(path))) {
      throw new EffectFailure(HostCode.permissionDenied, '');
    }
  };

  const countWritten = (bytes: number): void => {
    if (writtenBytes + bytes > MAX_WRITTEN_BYTES) {
      throw new EffectFailure(HostCode.limitExceeded, `more than ${MAX_WRITTEN_BYTES} bytes`);
    }
    writtenBytes += bytes;
  };

  /** Opens the directory of a file; a granted directory itself is not a file in a directory. */
  const openParent = async (
    path: string,
    access: DirectoryGrant['access'],
  ): Promise<OpenedDirectory> => {
    checkText(path, access);
    const directory = dirname(path);
    if (!permissions.allowsPath(directory, access)) denied('it is a directory');
    return await openGranted(directory, access);
  };

  return {
    async openForReading(path) {
      const directory = await openParent(path, 'read-only');
      try {
        return await ReadableFile.open(directory, basename(path));
      } finally {
        await directory.handle.close();
      }
    },

    async openForWriting(path) {
      const directory = await openParent(path, 'read-write');
      try {
        if (writtenFiles >= MAX_WRITTEN_FILES) {
          throw new EffectFailure(HostCode.limitExceeded, `more than ${MAX_WRITTEN_FILES} files`);
        }
        writtenFiles += 1;
        return await WritableFile.open(directory, basename(path), countWritten);
      } catch (error) {
        await directory.handle.close();
        throw error;
      }
    },

    async list(path, count = () => {}) {
      checkText(path, 'read-only');
      const directory = await openGranted(path, 'read-only');
      try {
        return await listDirectory(directory, count);
      } finally {
        await directory.handle.close();
      }
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
