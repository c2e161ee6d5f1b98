import type { ExtismPluginOptions } from '@testbench/extism';
import { STARTS } from '@testbench/test-kit/extism-guests';

/** One row of the table. */
export interface Case {
  readonly guest: 'kit' | 'text' | 'http' | keyof typeof STARTS;
  readonly call: string;
  readonly input?: string | Uint8Array;
  readonly options?: ExtismPluginOptions;
  /** Calls on the same plugin before it. */
  readonly before?: readonly string[];
  /** Functions that get the output, or the error, of the one before, by `callBlock`; `call` is the last of them. */
  readonly chain?: readonly string[];
  /** Why the two differ, if they do. */
  readonly differs?: string;
  /** What ours does, if the two differ. */
  readonly ours?: RegExp;
  /** Extism's SDK would never end, or abort the process. */
  readonly onlyOurs?: true;
}

const long = 'The quick brown fox. '.repeat(50_000);
const binary = Uint8Array.from({ length: 100_001 }, (_, index) => (index * 7) % 256);

/** Addresses of a server stand for `{server}`, `{missing}`, `{redirect}` to another name, `{loop}` to itself, `{large}`. */
export const CASES: readonly Case[] = [
  { guest: 'kit', call: 'count_vowels', input: 'Hello, World!' },
  { guest: 'kit', call: 'count_vowels', input: 'again', before: ['count_vowels', 'count_vowels'] },
  { guest: 'kit', call: 'count_vowels', input: 'x', before: ['count_vowels', 'forget'] },
  { guest: 'kit', call: 'count_vowels', input: 'xyz', options: { config: { vowels: 'yz' } } },
  { guest: 'kit', call: 'count_vowels', input: '' },
  { guest: 'kit', call: 'count_vowels', input: long },
  { guest: 'kit', call: 'echo', input: binary },
  { guest: 'kit', call: 'echo' },
  { guest: 'kit', call: 'upper', input: 'plain text' },
  {
    guest: 'kit',
    call: 'upper',
    input: 'äöü',
    differs: 'The kit reserves too little for text beyond ASCII: both refuse, each in its words.',
    ours: /CALL_TRAPPED.*beyond its block/,
  },
  { guest: 'kit', call: 'refuse', input: 'this' },
  { guest: 'kit', call: 'log', input: 'said', options: { logLevel: 'warn' } },
  { guest: 'kit', call: 'log', input: 'said', options: { logLevel: 'info' } },
  { guest: 'kit', call: 'log', input: 'said' },
  { guest: 'kit', call: 'ask', input: 'key' },
  { guest: 'kit', call: 'ask', chain: ['count_vowels', 'upper'] },
  { guest: 'kit', call: 'ask', chain: ['refuse'] },
  { guest: 'kit', call: 'aborts', chain: ['count_vowels'] },
  { guest: 'kit', call: 'aborts' },
  {
    guest: 'kit',
    call: 'missing',
    differs: 'Each names the missing function in its words.',
    ours: /CALL_INVALID_INPUT.*does not export it/,
  },
  { guest: 'kit', call: 'fetch', input: '{server}', options: { allowedHosts: ['127.0.0.1'] } },
  { guest: 'kit', call: 'fetch', input: '{missing}', options: { allowedHosts: ['127.0.0.1'] } },
  { guest: 'kit', call: 'fetch', input: '{loop}', options: { allowedHosts: ['127.0.0.1'] } },
  {
    guest: 'kit',
    call: 'fetch',
    input: '{server}',
    options: { allowedHosts: ['example.com'] },
    differs: 'Both refuse, each in its words.',
    ours: /CALL_TRAPPED.*not permitted/,
  },
  {
    guest: 'kit',
    call: 'fetch',
    input: '{redirect}',
    options: { allowedHosts: ['127.0.0.1'] },
    differs: 'A redirect leaves allowedHosts; the SDK follows it.',
    ours: /CALL_TRAPPED.*not permitted/,
  },
  {
    guest: 'kit',
    call: 'fetch',
    input: '{large}',
    options: { allowedHosts: ['127.0.0.1'], memory: { maxHttpResponseBytes: 1000 } },
    differs:
      'The body is longer than maxHttpResponseBytes: ours fails the call, the SDK goes on without a body.',
    ours: /CALL_TRAPPED.*longer than 1000 bytes/,
  },
  { guest: 'text', call: 'nothing' },
  { guest: 'text', call: 'no_result' },
  { guest: 'text', call: 'empty' },
  { guest: 'text', call: 'echo', input: long },
  { guest: 'text', call: 'count', before: ['count', 'count'] },
  { guest: 'text', call: 'fails' },
  { guest: 'text', call: 'fails_with_0' },
  { guest: 'text', call: 'frees_once' },
  { guest: 'text', call: 'log_each', options: { logLevel: 'trace' } },
  { guest: 'text', call: 'get_var', before: ['set_var'] },
  {
    guest: 'text',
    call: 'part',
    input: 'abcdefg',
    differs: 'output_set names a part of the block; the SDK gives the whole block.',
    ours: /^"cde"$/,
  },
  {
    guest: 'text',
    call: 'seven',
    differs: 'A code other than 0 is a failure; the SDK ignores it.',
    ours: /CALL_PLUGIN_FAILED.*code 7/,
  },
  {
    guest: 'text',
    call: 'frees_twice',
    differs: 'The SDK lets it pass.',
    ours: /CALL_TRAPPED.*frees a block/,
  },
  {
    guest: 'text',
    call: 'uses_freed',
    differs: 'The SDK reads 0.',
    ours: /CALL_TRAPPED.*not allocated/,
  },
  {
    guest: 'text',
    call: 'reads_beyond',
    differs: 'Both refuse, each in its words.',
    ours: /CALL_TRAPPED.*beyond its block/,
  },
  {
    guest: 'text',
    call: 'reads_beyond_input',
    input: 'abc',
    differs: 'Both refuse, each in its words.',
    ours: /CALL_TRAPPED.*beyond its input/,
  },
  {
    guest: 'text',
    call: 'foreign_output',
    differs: 'Both refuse, each in its words.',
    ours: /CALL_INVALID_OUTPUT/,
  },
  {
    guest: 'text',
    call: 'long_output',
    differs: 'Both refuse, each in its words.',
    ours: /CALL_INVALID_OUTPUT/,
  },
  { guest: 'text', call: 'traps' },
  {
    guest: 'text',
    call: 'loops',
    options: { timeoutMs: 200 },
    differs: 'An endless loop on the main thread: the SDK refuses a time limit there.',
    ours: /CALL_DEADLINE_EXCEEDED/,
  },
  {
    guest: 'text',
    call: 'grows',
    options: { memory: { maxPages: 100 } },
    differs: 'Growth of the plugin beyond maxPages; the SDK counts only blocks.',
    ours: /CALL_MEMORY_EXHAUSTED/,
  },
  {
    guest: 'text',
    call: 'allocates',
    options: { memory: { maxPages: 100 } },
    onlyOurs: true,
    differs:
      'Blocks beyond maxPages, in a loop: the SDK gives offset 0 for each, and the loop never ends.',
    ours: /CALL_MEMORY_EXHAUSTED/,
  },
  {
    guest: 'http',
    call: 'status',
    input: '{"url":"{server}"}',
    options: { allowedHosts: ['127.0.0.1'] },
  },
  {
    guest: 'http',
    call: 'status',
    input: '{"url":"{missing}","method":"post"}',
    options: { allowedHosts: ['127.0.0.1'] },
  },
  {
    guest: 'http',
    call: 'post',
    input: '{"url":"{server}","method":"POST","headers":{"content-type":"text/plain"}}',
    options: { allowedHosts: ['127.0.0.1'] },
  },
  {
    guest: 'http',
    call: 'headers',
    input: '{"url":"{server}"}',
    options: { allowedHosts: ['127.0.0.1'], allowHttpResponseHeaders: true },
    differs: 'Headers of the connection itself are left out.',
    ours: /^"\{\\"content-length\\":\\"5\\"\}"$/,
  },
  {
    guest: 'http',
    call: 'headers',
    input: '{"url":"{server}"}',
    options: { allowedHosts: ['127.0.0.1'] },
  },
  ...Object.keys(STARTS).map((guest) => ({
    guest: guest as keyof typeof STARTS,
    call: 'run',
    options: { useWasi: guest.endsWith('+WASI') },
  })),
];
