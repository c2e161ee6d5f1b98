import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readlink, realpath, statfs } from 'node:fs/promises';
import { sep } from 'node:path';

import type { DirectoryGrant } from '@testbench/sandbox';
import { HostCode } from '@testbench/types/abi';

import { EffectFailure } from '../effects/effect-failure.js';
import { MAX_PATH_DEPTH } from '../limits.js';

/** Linux: refers to a file without opening it, so that no device or FIFO notices. Node has no constant for it. */
export const O_PATH = 0o10_000_000;

const DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * File systems that are interfaces to the kernel: processes and their memory, devices, tracing.
 *
 * @see https://man7.org/linux/man-pages/man2/statfs.2.html
 */
const KERNEL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x6265_6572, // sysfs
  0x6462_6720, // debugfs
  0x7472_6163, // tracefs
  0x6367_7270, // cgroup2
  0x0027_e0eb, // cgroup
  0x7363_6673, // securityfs
  0xf97c_ff8c, // selinuxfs
  0xde5e_81e4, // efivarfs
  0x6265_6570, // configfs
  0xcafe_4a11, // bpf
  0x6165_676c, // pstore
]);

/** A granted directory as it was when it was first used. */
export interface PinnedGrant extends DirectoryGrant {
  /** Its real location. */
  readonly realPath: string;
  readonly dev: number;
  readonly ino: number;
}

/** An open directory below a grant. */
export interface OpenedDirectory {
  readonly handle: FileHandle;
  /** A path that leads to it while it is open. */
  readonly path: string;
  readonly grant: PinnedGrant;
}

/**
 * Records the identity of a granted directory, so that it cannot be replaced later.
 *
 * @returns undefined if the directory does not exist, or is one of the kernel's.
 */
export async function pinGrant(
  grant: DirectoryGrant,
  descriptors: string,
): Promise<PinnedGrant | undefined> {
  let handle: FileHandle;
  let realPath: string;
  try {
    realPath = await realpath(grant.path);
    handle = await open(realPath, DIRECTORY);
  } catch {
    return undefined;
  }
  try {
    const { type } = await statfs(`${descriptors}/${handle.fd}`);
    if (KERNEL_FILE_SYSTEMS.has(type)) return undefined;
    const { dev, ino } = await handle.stat();
    return { ...grant, realPath, dev, ino };
  } finally {
    await handle.close();
  }
}

/**
 * Opens a directory below a grant, one name at a time, each relative to the one before.
 *
 * No link is followed on the way, so a link that is swapped in between two steps has no effect. Each directory is recognised
 * by device and inode: a nested grant is recognised under another spelling too (case, Unicode), and another file system is refused.
 *
 * @param start The innermost grant according to the text of the path.
 * @param descriptors Where the system lists open descriptors: `/proc/self/fd`.
 * @param names Path components from the grant's directory down; none of them is `..`.
 * @throws {EffectFailure} Denied. Whatever `open` throws.
 */
export async function openDirectory(
  start: PinnedGrant,
  names: readonly string[],
  grants: readonly PinnedGrant[],
  descriptors: string,
): Promise<OpenedDirectory> {
  if (names.length > MAX_PATH_DEPTH) {
    throw new EffectFailure(HostCode.limitExceeded, `more than ${MAX_PATH_DEPTH} directories`);
  }
  let grant = start;
  let handle = await openName(start.realPath);
  try {
    if (!isSame(await handle.stat(), start)) denied('the granted directory was replaced');
    for (const name of names) {
      const next = await openName(`${descriptors}/${handle.fd}/${name}`);
      await handle.close();
      handle = next;
      const stats = await handle.stat();
      if (stats.dev !== start.dev) denied('it is on another file system');
      grant = grants.find((known) => isSame(stats, known)) ?? grant;
    }
    const path = `${descriptors}/${handle.fd}`;
    const place = await readlink(path);
    // Cannot happen after the walk unless directories are moved meanwhile.
    if (place !== start.realPath && !place.startsWith(start.realPath + sep)) denied('it was moved');
    return { handle, path, grant };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openName(path: string): Promise<FileHandle> {
  try {
    return await open(path, DIRECTORY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A link, or something else that is not a directory.
    if (code === 'ENOTDIR' || code === 'ELOOP') denied('a link or file is in the way');
    throw error;
  }
}

function isSame(stats: Stats, grant: PinnedGrant): boolean {
  return stats.dev === grant.dev && stats.ino === grant.ino;
}

export function denied(why: string): never {
  throw new EffectFailure(HostCode.permissionDenied, why);
}
