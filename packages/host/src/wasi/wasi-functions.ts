import { type ContextFunction, GuestStop, type HostContext } from '../host-context.js';
import { MAX_LOG_RECORD_BYTES, MAX_RANDOM_BYTES } from '../limits.js';
import { Errno, faultUnless } from './errno.js';
import { readBuffers, WASI_FILES, writeFile } from './wasi-files.js';
import { DENIED_FUNCTIONS } from './wasi-signatures.js';

const STDOUT = 1;
const STDERR = 2;
const CHARACTER_DEVICE = 2;
const RIGHT_FD_WRITE = 1n << 6n;

/**
 * WASI preview 1, denied by default: no arguments, no environment, no files except in granted directories;
 * stdout and stderr become log records; clocks and random numbers come from the host functions.
 */
export const WASI_IMPLEMENTATION: Readonly<Record<string, ContextFunction>> = {
  ...Object.fromEntries(
    Object.entries(DENIED_FUNCTIONS).map(([name, errno]) => [name, () => errno]),
  ),
  ...WASI_FILES,

  args_get: () => Errno.success,
  args_sizes_get: emptyList,
  environ_get: () => Errno.success,
  environ_sizes_get: emptyList,

  clock_res_get: ({ memory }, _clock: number, result: number) =>
    faultUnless(memory.writeU64(result, 1_000_000n)),
  clock_time_get: ({ memory, services }, _clock: number, _precision: bigint, result: number) =>
    faultUnless(memory.writeU64(result, BigInt(services.now()) * 1_000_000n)),

  random_get({ memory, services }, ptr: number, len: number): number {
    const target = memory.range(ptr, len);
    if (target === undefined) return Errno.fault;
    if (target.length > MAX_RANDOM_BYTES) return Errno.inval;
    services.random(target);
    return Errno.success;
  },

  fd_write(
    context,
    fd: number,
    buffers: number,
    count: number,
    written: number,
  ): number | Promise<number> {
    if (fd !== STDOUT && fd !== STDERR) return writeFile(context, fd, buffers, count, written);
    const { memory } = context;
    const ranges = readBuffers(context, buffers, count);
    if (typeof ranges === 'number') return ranges;
    const lines = fd === STDOUT ? context.standardOutput : context.standardError;
    // Fewer than requested is not an error: a program writes the rest with its next call, and pays for it.
    let taken = 0;
    for (const { ptr, length } of ranges) {
      const bytes = memory.range(ptr, Math.min(length, MAX_LOG_RECORD_BYTES - taken)) ?? NOTHING;
      lines.push(bytes);
      taken += bytes.length;
    }
    return faultUnless(memory.writeU32(written, taken));
  },

  fd_fdstat_set_flags: ({ descriptors }, fd: number) =>
    descriptors.isStandard(fd) || descriptors.get(fd) !== undefined ? Errno.success : Errno.badf,
  fd_fdstat_get(context, fd: number, result: number): number {
    if (!context.descriptors.isStandard(fd)) return WASI_FILES.fd_fdstat_get(context, fd, result);
    const stat = context.memory.range(result, 24);
    if (stat === undefined) return Errno.fault;
    stat.fill(0);
    stat[0] = CHARACTER_DEVICE;
    return faultUnless(context.memory.writeU64((result >>> 0) + 8, RIGHT_FD_WRITE));
  },
  fd_filestat_get(context, fd: number, result: number): number {
    if (!context.descriptors.isStandard(fd)) return WASI_FILES.fd_filestat_get(context, fd, result);
    const stat = context.memory.range(result, 64);
    if (stat === undefined) return Errno.fault;
    stat.fill(0);
    stat[16] = CHARACTER_DEVICE;
    return Errno.success;
  },
  sched_yield: () => Errno.success,

  proc_exit(context, code: number): never {
    const failure = { code, message: `the program exited with status ${code}` };
    context.failure = failure;
    throw new GuestStop(failure.message);
  },
};

const NOTHING = new Uint8Array();

/** An empty list: its count and its size in bytes are 0. */
function emptyList({ memory }: HostContext, count: number, size: number): number {
  return faultUnless(memory.writeU32(count, 0) && memory.writeU32(size, 0));
}
