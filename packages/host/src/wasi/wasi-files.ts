import type { EffectArgument, EffectName, EffectResult } from '@testbench/types/abi';

import { utf8 } from '../guest-view.js';
import type { ContextFunction, HostContext } from '../host-context.js';
import { MAX_EFFECT_INPUT_BYTES, MAX_WASI_BUFFERS, MAX_WASI_LIST_BYTES } from '../limits.js';
import { type Descriptor, type DirectoryEntry, resolveIn } from './descriptors.js';
import { Errno, errnoOf, faultUnless } from './errno.js';

/** `oflags` of `path_open`. */
const OPEN_DIRECTORY = 2;
const OPEN_EXCLUSIVE = 4;
const OPEN_TRUNCATE = 8;
const RIGHT_WRITE = 1n << 6n;
/** `flags` of `host_file_open`. */
const READ = 0;
const REPLACE = 1;
/** `filetype`. */
const DIRECTORY = 3;
const REGULAR_FILE = 4;
const ALL_RIGHTS = (1n << 29n) - 1n;
const DIRENT_BYTES = 24;
const WHENCE_CURRENT = 1;

/** An error number, now or when the host is done. */
type Answer = number | Promise<number>;

/**
 * Files of WASI programs, built on the same effects as `host_file_…`: the grants and checks are the same.
 * A file can be read from the beginning, or rewritten as a whole; nothing else is possible.
 */
export const WASI_FILES = {
  fd_prestat_get({ memory, descriptors }, fd: number, result: number): number {
    const directory = descriptors.preopened(fd);
    if (directory === undefined) return Errno.badf;
    const length = utf8(directory.name).length;
    return faultUnless(memory.writeU32(result, 0) && memory.writeU32((result >>> 0) + 4, length));
  },

  fd_prestat_dir_name({ memory, descriptors }, fd: number, ptr: number, length: number): number {
    const directory = descriptors.preopened(fd);
    if (directory === undefined) return Errno.badf;
    const name = utf8(directory.name);
    if (length >>> 0 < name.length) return Errno.inval;
    return faultUnless(memory.fill(ptr, name.length, name) !== undefined);
  },

  path_open(
    context,
    fd: number,
    _lookup: number,
    ptr: number,
    length: number,
    flags: number,
    rights: bigint,
    _inheriting: bigint,
    _fdFlags: number,
    result: number,
  ): Answer {
    const { memory, descriptors } = context;
    if (memory.range(result, 4) === undefined) return Errno.fault;
    const place = locate(context, fd, ptr, length);
    if (typeof place === 'number') return place;
    const { root, path } = place;
    const give = (descriptor: Descriptor): number => {
      const number = descriptors.add(descriptor);
      return number === undefined ? Errno.dquot : faultUnless(memory.writeU32(result, number));
    };
    if ((flags & OPEN_DIRECTORY) !== 0 || path === root) {
      return ask(context, 'host_file_list', [utf8(path), MAX_WASI_LIST_BYTES], () =>
        give({ kind: 'directory', path }),
      );
    }
    const writable = (rights & RIGHT_WRITE) !== 0n;
    // Files are replaced as a whole: there is no appending and no exclusive creation.
    if (writable && (flags & OPEN_TRUNCATE) === 0) return Errno.notsup;
    if ((flags & OPEN_EXCLUSIVE) !== 0) return Errno.notsup;
    return ask(context, 'host_file_open', [utf8(path), writable ? REPLACE : READ], ({ code }) =>
      give({ kind: 'file', handle: code, writable, position: 0 }),
    );
  },

  path_filestat_get(
    context,
    fd: number,
    _lookup: number,
    ptr: number,
    length: number,
    result: number,
  ): Answer {
    const place = locate(context, fd, ptr, length);
    if (typeof place === 'number') return place;
    // The host returns names and kinds, not sizes or times.
    return ask(context, 'host_file_list', [utf8(place.path), 0], () =>
      writeFileStat(context, result, DIRECTORY),
    );
  },

  fd_close(context, fd: number): Answer {
    const { descriptors } = context;
    if (descriptors.isStandard(fd)) return Errno.success;
    const found = descriptors.get(fd);
    if (found === undefined) return Errno.badf;
    descriptors.remove(fd);
    if (found.kind === 'directory') return Errno.success;
    return ask(context, 'host_file_close', [found.handle], () => Errno.success);
  },

  fd_read(context, fd: number, buffers: number, count: number, result: number): Answer {
    const { memory, descriptors } = context;
    if (memory.range(result, 4) === undefined) return Errno.fault;
    // Standard input is at its end from the start.
    if (fd === 0) return faultUnless(memory.writeU32(result, 0));
    const found = descriptors.get(fd);
    if (found === undefined) return Errno.badf;
    if (found.kind === 'directory') return Errno.isdir;
    const ranges = readBuffers(context, buffers, count);
    if (typeof ranges === 'number') return ranges;
    // A reader must accept less than it requested, so one buffer is enough.
    const first = ranges.find(({ length }) => length > 0);
    if (first === undefined) return faultUnless(memory.writeU32(result, 0));
    return ask(context, 'host_file_read', [found.handle, first.length], ({ bytes }) => {
      const read = bytes?.subarray(0, first.length) ?? new Uint8Array();
      if (memory.fill(first.ptr, first.length, read) === undefined) return Errno.fault;
      found.position += read.length;
      return faultUnless(memory.writeU32(result, read.length));
    });
  },

  fd_readdir(
    context,
    fd: number,
    ptr: number,
    length: number,
    cookie: bigint,
    result: number,
  ): Answer {
    const { memory, descriptors } = context;
    const found = descriptors.get(fd);
    if (found === undefined) return Errno.badf;
    if (found.kind !== 'directory') return Errno.notdir;
    if (memory.range(ptr, length) === undefined) return Errno.fault;
    const give = (): number => {
      const bytes = encodeEntries(found.entries ?? [], cookie, length >>> 0);
      if (memory.fill(ptr, length, bytes) === undefined) return Errno.fault;
      return faultUnless(memory.writeU32(result, Math.min(bytes.length, length >>> 0)));
    };
    // Continued reading returns the rest of the same list.
    if (cookie !== 0n && found.entries !== undefined) return give();
    const args = [utf8(found.path), MAX_WASI_LIST_BYTES];
    return ask(context, 'host_file_list', args, ({ code, bytes }) => {
      if (bytes === undefined || code > bytes.length) return Errno.dquot;
      found.entries = JSON.parse(new TextDecoder().decode(bytes)) as DirectoryEntry[];
      return give();
    });
  },

  fd_fdstat_get(context, fd: number, result: number): number {
    const found = context.descriptors.get(fd);
    if (found === undefined) return Errno.badf;
    const stat = context.memory.range(result, 24);
    if (stat === undefined) return Errno.fault;
    stat.fill(0);
    stat[0] = found.kind === 'directory' ? DIRECTORY : REGULAR_FILE;
    const start = result >>> 0;
    return faultUnless(
      context.memory.writeU64(start + 8, ALL_RIGHTS) &&
        context.memory.writeU64(start + 16, ALL_RIGHTS),
    );
  },

  fd_filestat_get(context, fd: number, result: number): number {
    const found = context.descriptors.get(fd);
    if (found === undefined) return Errno.badf;
    return found.kind === 'directory' ? writeFileStat(context, result, DIRECTORY) : Errno.notsup;
  },

  fd_seek(
    { memory, descriptors },
    fd: number,
    offset: bigint,
    whence: number,
    result: number,
  ): number {
    if (descriptors.isStandard(fd)) return Errno.spipe;
    const found = descriptors.get(fd);
    if (found === undefined) return Errno.badf;
    if (found.kind !== 'file' || offset !== 0n || whence !== WHENCE_CURRENT) return Errno.spipe;
    return faultUnless(memory.writeU64(result, BigInt(found.position)));
  },
} as const satisfies Readonly<Record<string, ContextFunction>>;

/** The path that the text at `ptr` refers to below the open directory `fd`, and that directory; otherwise an error number. */
function locate(
  { memory, descriptors }: HostContext,
  fd: number,
  ptr: number,
  length: number,
): { root: string; path: string } | number {
  const directory = descriptors.get(fd);
  if (directory === undefined) return Errno.badf;
  if (directory.kind !== 'directory') return Errno.notdir;
  const path = resolveIn(directory.path, memory.text(ptr, length));
  return typeof path === 'number' ? path : { root: directory.path, path };
}

/** Writes the bytes collected from a program's buffers to one of its files. */
export function writeFile(
  context: HostContext,
  fd: number,
  buffers: number,
  count: number,
  result: number,
): Answer {
  const { memory, descriptors } = context;
  const found = descriptors.get(fd);
  if (found?.kind !== 'file' || !found.writable) return Errno.badf;
  if (memory.range(result, 4) === undefined) return Errno.fault;
  const ranges = readBuffers(context, buffers, count);
  if (typeof ranges === 'number') return ranges;
  const total = ranges.reduce((sum, { length }) => sum + length, 0);
  if (total > MAX_EFFECT_INPUT_BYTES) return Errno.dquot;
  const bytes = new Uint8Array(total);
  let end = 0;
  for (const { ptr, length } of ranges) {
    bytes.set(memory.range(ptr, length) ?? [], end);
    end += length;
  }
  return ask(context, 'host_file_write', [found.handle, bytes], () => {
    found.position += total;
    return faultUnless(memory.writeU32(result, total));
  });
}

/** A program's list of buffers, each inside its memory; or an error number. */
export function readBuffers(
  { memory }: HostContext,
  buffers: number,
  count: number,
): { readonly ptr: number; readonly length: number }[] | number {
  if (count >>> 0 > MAX_WASI_BUFFERS) return Errno.inval;
  const ranges: { ptr: number; length: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    const ptr = memory.readU32((buffers >>> 0) + index * 8);
    const length = memory.readU32((buffers >>> 0) + index * 8 + 4);
    if (ptr === undefined || length === undefined) return Errno.fault;
    if (memory.range(ptr, length) === undefined) return Errno.fault;
    ranges.push({ ptr, length });
  }
  return ranges;
}

/** Runs an effect, and continues with its result if it succeeded. */
function ask(
  context: HostContext,
  name: EffectName,
  args: readonly EffectArgument[],
  then: (result: EffectResult) => number,
): Answer {
  const give = (result: EffectResult): number => {
    if (result.denied !== undefined) context.deny(result.denied);
    if (result.problem !== undefined) context.note(result.problem);
    return result.code < 0 ? errnoOf(result.code) : then(result);
  };
  const result = context.effects.perform(name, args);
  return result instanceof Promise ? result.then(give) : give(result);
}

function writeFileStat({ memory }: HostContext, result: number, type: number): number {
  const stat = memory.range(result, 64);
  if (stat === undefined) return Errno.fault;
  stat.fill(0);
  stat[16] = type;
  return Errno.success;
}

/** Entries as WASI `dirent`s, starting at the index `cookie`, until `room` is full. */
function encodeEntries(
  entries: readonly DirectoryEntry[],
  cookie: bigint,
  room: number,
): Uint8Array {
  const parts: Uint8Array[] = [];
  const first = Number(BigInt.asUintN(32, cookie));
  let total = 0;
  for (let index = first; index < entries.length && total < room; index += 1) {
    const { name, type } = entries[index]!;
    const text = utf8(name);
    const entry = new Uint8Array(DIRENT_BYTES + text.length);
    const view = new DataView(entry.buffer);
    view.setBigUint64(0, BigInt(index + 1), true);
    view.setUint32(16, text.length, true);
    view.setUint8(20, type === 'directory' ? DIRECTORY : REGULAR_FILE);
    entry.set(text, DIRENT_BYTES);
    parts.push(entry);
    total += entry.length;
  }
  const all = new Uint8Array(total);
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
