import type { FunctionSignature, ContractValueType } from '@testbench/types/abi';

import { Errno } from './errno.js';

/** Module name of WASI preview 1. */
export const WASI_MODULE = 'wasi_snapshot_preview1';

/** `i` stands for i32, `I` for i64; every function but `proc_exit` returns an errno. */
const PARAMS: Readonly<Record<string, string>> = {
  args_get: 'ii',
  args_sizes_get: 'ii',
  clock_res_get: 'ii',
  clock_time_get: 'iIi',
  environ_get: 'ii',
  environ_sizes_get: 'ii',
  fd_advise: 'iIIi',
  fd_allocate: 'iII',
  fd_close: 'i',
  fd_datasync: 'i',
  fd_fdstat_get: 'ii',
  fd_fdstat_set_flags: 'ii',
  fd_fdstat_set_rights: 'iII',
  fd_filestat_get: 'ii',
  fd_filestat_set_size: 'iI',
  fd_filestat_set_times: 'iIIi',
  fd_pread: 'iiiIi',
  fd_prestat_dir_name: 'iii',
  fd_prestat_get: 'ii',
  fd_pwrite: 'iiiIi',
  fd_read: 'iiii',
  fd_readdir: 'iiiIi',
  fd_renumber: 'ii',
  fd_seek: 'iIii',
  fd_sync: 'i',
  fd_tell: 'ii',
  fd_write: 'iiii',
  path_create_directory: 'iii',
  path_filestat_get: 'iiiii',
  path_filestat_set_times: 'iiiiIIi',
  path_link: 'iiiiiii',
  path_open: 'iiiiiIIii',
  path_readlink: 'iiiiii',
  path_remove_directory: 'iii',
  path_rename: 'iiiiii',
  path_symlink: 'iiiii',
  path_unlink_file: 'iii',
  poll_oneoff: 'iiii',
  proc_exit: 'i',
  proc_raise: 'i',
  random_get: 'ii',
  sched_yield: '',
  sock_accept: 'iii',
  sock_recv: 'iiiiii',
  sock_send: 'iiiii',
  sock_shutdown: 'ii',
};

/** Functions that exist only so that programs link, with the error number that each returns. */
export const DENIED_FUNCTIONS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.keys(PARAMS).map((name) => [
    name,
    name.startsWith('path_') || name.startsWith('sock_') ? Errno.notcapable : Errno.notsup,
  ]),
);

/**
 * All functions of WASI preview 1, with their exact types.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
export const WASI_FUNCTIONS: Readonly<Record<string, FunctionSignature>> = Object.fromEntries(
  Object.entries(PARAMS).map(([name, params]) => [
    name,
    {
      params: Array.from(params, (letter): ContractValueType => (letter === 'I' ? 'i64' : 'i32')),
      results: name === 'proc_exit' ? [] : ['i32'],
    },
  ]),
);
