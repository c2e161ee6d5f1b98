import { lenientText } from '../guest-view.js';
import { type ContextFunction, GuestStop, type HostContext } from '../host-context.js';
import { MAX_LOG_RECORD_BYTES, MAX_RANDOM_BYTES, MAX_WASI_BUFFERS } from '../limits.js';

/** Error numbers of WASI preview 1 that are given here. */
export const Errno = {
  success: 0,
  badf: 8,
  fault: 21,
  inval: 28,
  nosys: 52,
  spipe: 70,
  notcapable: 76,
} as const;

const STDOUT = 1;
const STDERR = 2;
const CHARACTER_DEVICE = 2;
const RIGHT_FD_WRITE = 1n << 6n;

/**
 * WASI preview 1, denied by default: no arguments, no environment, no files; stdout and stderr become
 * log records; clocks and random numbers are the host functions'.
 */
export const WASI_IMPLEMENTATION: Readonly<Record<string, ContextFunction>> = {
  args_get: () => Errno.success,
  args_sizes_get: emptyList,
  environ_get: () => Errno.success,
  environ_sizes_get: emptyList,

  clock_res_get: ({ memory }, _clock: number, result: number) =>
    check(memory.writeU64(result, 1_000_000n)),
  clock_time_get: ({ memory, services }, _clock: number, _precision: bigint, result: number) =>
    check(memory.writeU64(result, BigInt(services.now()) * 1_000_000n)),

  random_get({ memory, services }, ptr: number, len: number): number {
    const target = memory.range(ptr, len);
    if (target === undefined) return Errno.fault;
    if (target.length > MAX_RANDOM_BYTES) return Errno.inval;
    services.random(target);
    return Errno.success;
  },

  fd_write(context, fd: number, buffers: number, count: number, written: number): number {
    if (fd !== STDOUT && fd !== STDERR) return Errno.badf;
    if (count >>> 0 > MAX_WASI_BUFFERS) return Errno.inval;
    const { memory } = context;
    let total = 0;
    let text = '';
    for (let index = 0; index < count; index += 1) {
      const ptr = memory.readU32((buffers >>> 0) + index * 8);
      const len = memory.readU32((buffers >>> 0) + index * 8 + 4);
      const bytes = ptr === undefined || len === undefined ? undefined : memory.range(ptr, len);
      if (bytes === undefined) return Errno.fault;
      total += bytes.length;
      const room = Math.max(0, MAX_LOG_RECORD_BYTES - text.length);
      text += lenientText(bytes.subarray(0, room));
    }
    const level = fd === STDOUT ? 'info' : 'warn';
    for (const line of text.split('\n')) if (line !== '') context.log(level, line);
    return check(memory.writeU32(written, total >>> 0));
  },
  // Standard input is at its end from the start.
  fd_read: ({ memory }, fd: number, _buffers: number, _count: number, read: number) =>
    fd === 0 ? check(memory.writeU32(read, 0)) : Errno.badf,
  fd_seek: (_context, fd: number) => (isStandard(fd) ? Errno.spipe : Errno.badf),
  fd_close: (_context, fd: number) => (isStandard(fd) ? Errno.success : Errno.badf),
  fd_fdstat_set_flags: (_context, fd: number) => (isStandard(fd) ? Errno.success : Errno.badf),
  fd_fdstat_get({ memory }, fd: number, result: number): number {
    if (!isStandard(fd)) return Errno.badf;
    const stat = memory.range(result, 24);
    if (stat === undefined) return Errno.fault;
    stat.fill(0);
    stat[0] = CHARACTER_DEVICE;
    return check(memory.writeU64((result >>> 0) + 8, RIGHT_FD_WRITE));
  },
  fd_filestat_get({ memory }, fd: number, result: number): number {
    if (!isStandard(fd)) return Errno.badf;
    const stat = memory.range(result, 64);
    if (stat === undefined) return Errno.fault;
    stat.fill(0);
    stat[16] = CHARACTER_DEVICE;
    return Errno.success;
  },
  // There are no preopened directories, so no path leads anywhere.
  fd_prestat_get: () => Errno.badf,
  fd_prestat_dir_name: () => Errno.badf,
  path_open: () => Errno.notcapable,
  path_filestat_get: () => Errno.notcapable,
  poll_oneoff: () => Errno.nosys,
  sched_yield: () => Errno.success,

  proc_exit(context, code: number): never {
    context.failure = { code, message: `the program exited with status ${code}` };
    throw new GuestStop(context.failure.message);
  },
};

function check(written: boolean): number {
  return written ? Errno.success : Errno.fault;
}

function isStandard(fd: number): boolean {
  return fd >>> 0 <= STDERR;
}

/** Nothing of a list: its count and its size in bytes are 0. */
function emptyList({ memory }: HostContext, count: number, size: number): number {
  return check(memory.writeU32(count, 0) && memory.writeU32(size, 0));
}
