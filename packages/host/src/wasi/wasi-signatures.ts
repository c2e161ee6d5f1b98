import type { AbiSignature, AbiValueType } from '@testbench/types';

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
  fd_close: 'i',
  fd_fdstat_get: 'ii',
  fd_fdstat_set_flags: 'ii',
  fd_filestat_get: 'ii',
  fd_prestat_dir_name: 'iii',
  fd_prestat_get: 'ii',
  fd_read: 'iiii',
  fd_seek: 'iIii',
  fd_write: 'iiii',
  path_open: 'iiiiiIIii',
  path_filestat_get: 'iiiii',
  poll_oneoff: 'iiii',
  proc_exit: 'i',
  random_get: 'ii',
  sched_yield: '',
};

/**
 * The WASI preview 1 functions that are answered, with their exact types.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
export const WASI_FUNCTIONS: Readonly<Record<string, AbiSignature>> = Object.fromEntries(
  Object.entries(PARAMS).map(([name, params]) => [
    name,
    {
      params: Array.from(params, (letter): AbiValueType => (letter === 'I' ? 'i64' : 'i32')),
      results: name === 'proc_exit' ? [] : ['i32'],
    },
  ]),
);
