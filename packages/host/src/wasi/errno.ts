import { HostCode } from '@testbench/types/abi';

/**
 * Error numbers of WASI preview 1 that are used here.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#errno
 */
export const Errno = {
  success: 0,
  badf: 8,
  canceled: 11,
  dquot: 19,
  fault: 21,
  inval: 28,
  io: 29,
  isdir: 31,
  noent: 44,
  nosys: 52,
  notdir: 54,
  notsup: 58,
  spipe: 70,
  notcapable: 76,
} as const;

const OF_HOST_CODE: Readonly<Record<number, number>> = {
  [HostCode.notFound]: Errno.noent,
  [HostCode.invalidArgument]: Errno.inval,
  [HostCode.permissionDenied]: Errno.notcapable,
  [HostCode.limitExceeded]: Errno.dquot,
  [HostCode.inputOutput]: Errno.io,
  [HostCode.cancelled]: Errno.canceled,
};

/** The error number for the result of an effect: 0 for success. */
export function errnoOf(code: number): number {
  return code >= 0 ? Errno.success : (OF_HOST_CODE[code] ?? Errno.io);
}

/** The error number for a write into guest memory. */
export function faultUnless(written: boolean): number {
  return written ? Errno.success : Errno.fault;
}
