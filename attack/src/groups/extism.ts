import { assemble } from '@testbench/test-kit';
import { extismGuest, extismHttpGuest, extismWat } from '@testbench/test-kit/extism-guests';

import { type Attack, insist, ISOLATED } from '../attack.ts';
import { serving } from '../serving.ts';

const guest = extismGuest();
const client = extismHttpGuest();
const LITTLE = 40 * 65_536;

/** A function of the guest that must fail with a code. */
const misuse = (row: number, name: string, call: string, code: string): Attack => ({
  row,
  name,
  modes: ISOLATED,
  run: (arena) =>
    arena.fail(guest, code, {
      data: { function: call },
      load: { limits: { maxMemoryBytes: LITTLE } },
    }),
});

/** Rows 440 to 444: guests of Extism's protocol against the kernel, and against what their manifest allows. */
export const extismRows: readonly Attack[] = [
  misuse(440, 'a block freed twice', 'frees_twice', 'CALL_TRAPPED'),
  misuse(440, 'a block freed in its middle', 'frees_middle', 'CALL_TRAPPED'),
  misuse(
    440,
    'a block used after it was freed, when another has its place',
    'uses_freed',
    'CALL_TRAPPED',
  ),
  misuse(440, 'a read beyond a block', 'reads_beyond', 'CALL_TRAPPED'),
  misuse(440, 'a read across the end of a block', 'reads_across', 'CALL_TRAPPED'),
  misuse(440, 'a read before a block', 'reads_before', 'CALL_TRAPPED'),
  misuse(440, 'a write beyond a block', 'writes_beyond', 'CALL_TRAPPED'),
  misuse(440, 'a read far beyond the input', 'reads_far_input', 'CALL_TRAPPED'),
  misuse(440, 'a key in foreign memory', 'foreign_key', 'CALL_TRAPPED'),
  misuse(441, 'an output in foreign memory', 'foreign_output', 'CALL_INVALID_OUTPUT'),
  misuse(441, 'an output of 2^64 bytes', 'huge_output', 'CALL_INVALID_OUTPUT'),
  misuse(441, 'an error in foreign memory', 'foreign_error', 'CALL_TRAPPED'),
  misuse(441, 'the code 7 without an error', 'seven', 'CALL_PLUGIN_FAILED'),
  misuse(441, 'a call of an export that is the memory', 'memory', 'LOAD_BAD_EXPORT'),
  misuse(442, 'an endless loop', 'loops', 'CALL_DEADLINE_EXCEEDED'),
  misuse(442, 'blocks without end', 'allocates', 'CALL_MEMORY_EXHAUSTED'),
  misuse(442, 'blocks of one byte without end', 'blocks', 'CALL_MEMORY_EXHAUSTED'),
  misuse(442, 'one block of 2^64 bytes', 'allocates_all', 'CALL_MEMORY_EXHAUSTED'),
  misuse(442, 'memory that grows after its blocks', 'grows_later', 'CALL_MEMORY_EXHAUSTED'),
  misuse(
    442,
    'large blocks that are freed and cleared again and again',
    'churns',
    'CALL_DEADLINE_EXCEEDED',
  ),
  {
    row: 443,
    name: 'a redirect that leaves the granted hosts',
    modes: ISOLATED,
    run: (arena) => {
      let reached = 0;
      return serving(
        (_request, response) => {
          reached += 1;
          response.end('secret');
        },
        (secret) =>
          serving(
            (_request, response) => response.writeHead(307, { location: secret.origin }).end(),
            async (server) => {
              const code = await arena.fail(client, 'CALL_TRAPPED', {
                data: { function: 'get', input: JSON.stringify({ url: server.origin }) },
                limits: { timeoutMs: 10_000 },
                load: { permissions: { network: true, allowedHosts: [server.origin] } },
              });
              insist(reached === 0, `the other host was reached ${reached} times`);
              return `${code}; the other host saw nothing`;
            },
          ),
      );
    },
  },
  {
    row: 443,
    name: 'a request without a grant',
    modes: ISOLATED,
    run: (arena) => {
      let reached = 0;
      return serving(
        (_request, response) => {
          reached += 1;
          response.end('secret');
        },
        async (server) => {
          const code = await arena.fail(client, 'CALL_TRAPPED', {
            data: { function: 'get', input: JSON.stringify({ url: server.origin }) },
          });
          insist(reached === 0, `the host was reached ${reached} times`);
          return `${code}; nothing was sent`;
        },
      );
    },
  },
  {
    row: 443,
    name: 'a response that is longer than allowed',
    modes: ISOLATED,
    run: (arena) =>
      serving(
        (_request, response) => response.end('x'.repeat(100_000)),
        (server) =>
          arena.fail(client, 'CALL_TRAPPED', {
            data: { function: 'get', input: JSON.stringify({ url: server.origin }) },
            limits: { timeoutMs: 10_000 },
            load: {
              config: { 'extism:host': { max_http_response_bytes: 1000 } },
              permissions: { network: true, allowedHosts: [server.origin] },
            },
          }),
      ),
  },
  {
    row: 444,
    name: "a host's own function that is not granted",
    modes: ISOLATED,
    async run(arena) {
      let runs = 0;
      const caller = assemble(
        extismWat(
          '(memory (export "memory") 1) (func (export "run") (result i32) (drop (call $own (i64.const 1))) (i32.const 0))',
          [],
          '(import "extism:host/user" "own" (func $own (param i64) (result i64)))',
        ),
      );
      const code = await arena.fail(caller, 'CALL_TRAPPED', {
        data: { function: 'run' },
        hostFunctions: { 'extism:host/user.own': () => (runs += 1) },
      });
      insist(runs === 0, 'it ran');
      return code;
    },
  },
  {
    row: 444,
    name: 'an import that nobody offers',
    modes: ISOLATED,
    run: (arena) =>
      arena.refuse(
        assemble(
          extismWat(
            '',
            [],
            '(import "extism:host/user" "__proto__" (func (param i64) (result i64)))',
          ),
        ),
        'LOAD_REJECTED',
        'import',
      ),
  },
];
