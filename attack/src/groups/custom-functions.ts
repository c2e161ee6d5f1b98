import {
  effectGuest,
  effectProgram,
  effectResults,
  type GuestFunction,
  type GuestStep,
} from '@testbench/test-kit/effect-guest';
import type { CustomHostFunctions } from '@testbench/types/abi';

import type { Arena } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';
import { plugin } from './shorthand.ts';

const MiB = 2 ** 20;
/** More than the guest accepts as the input of its call. */
const INPUT = MiB;
const NAMES: readonly GuestFunction[] = ['mine.lookup', 'mine.other'];
const permissions = { hostFunctions: true, allowedHostFunctions: ['mine.lookup'] };
const load = { permissions };
const lookup = (input: string, max = 0): GuestStep => ({ call: 'mine.lookup', args: [input, max] });

/** Calls the function with an input of `length` bytes repeatedly, for as long as it lives. */
const flood = (data: string, length: number, max: number): Uint8Array<ArrayBuffer> =>
  plugin({
    imports: '(import "mine" "lookup" (func $lookup (param i32 i32 i32 i32) (result i32)))',
    memory: '(memory (export "memory") 64)',
    rest: `(data (i32.const ${INPUT}) "${data}")`,
    execute: `(loop $again
      (drop (call $lookup (i32.const ${INPUT}) (i32.const ${length}) (i32.const 2097152) (i32.const ${max})))
      (br $again)) (unreachable)`,
  });

/** What the steps of one call return. */
async function codesOf(
  arena: Arena,
  hostFunctions: CustomHostFunctions,
  steps: readonly GuestStep[],
): Promise<number[]> {
  const { data } = await arena.call(effectGuest(NAMES), {
    hostFunctions: { 'mine.lookup': () => 1, 'mine.other': () => 1, ...hostFunctions },
    limits: { timeoutMs: 10_000 },
    load,
    data: effectProgram(steps, NAMES),
  });
  return effectResults(data).map(({ code }) => code);
}

/** Row 122: functions that a host offers in addition to those of the contract. */
export const customFunctions: readonly Attack[] = [
  {
    row: 122,
    name: "a flood of calls of a host's own function",
    modes: ISOLATED,
    async run(arena) {
      let runs = 0;
      const code = await arena.fail(flood('1', 1, 16), 'CALL_DEADLINE_EXCEEDED', {
        hostFunctions: { 'mine.lookup': () => (runs += 1) },
        load,
      });
      // Two calls.
      insist(runs > 0 && runs <= 2 * 10_000, `it ran ${runs} times`);
      return `${code}; at most 10,000 runs a call`;
    },
  },
  {
    row: 122,
    name: "inputs of many parts to a host's own function",
    modes: ISOLATED,
    async run(arena) {
      const part = '[],'.repeat(21_000);
      let runs = 0;
      const code = await arena.fail(
        flood(`[${part}1]`, part.length + 3, 0),
        'CALL_DEADLINE_EXCEEDED',
        {
          hostFunctions: { 'mine.lookup': () => (runs += 1) },
          load,
        },
      );
      insist(runs > 0 && runs <= 2 * 10_000, `it ran ${runs} times`);
      return `${code}; 65,536 parts an input, 16 MiB a call`;
    },
  },
  {
    row: 122,
    name: "huge answers of a host's own function",
    modes: ISOLATED,
    async run(arena) {
      const before = process.memoryUsage.rss();
      const most = 'x'.repeat(MiB - 2);
      const answers: Readonly<Record<string, () => unknown>> = {
        '1': () => 'x'.repeat(16 * MiB),
        '2': () => most,
      };
      const steps = [
        lookup('1'),
        ...Array.from({ length: 70 }, (_, index) => lookup(index % 2 === 0 ? '2' : '2 ')),
      ];
      const codes = await codesOf(
        arena,
        { 'mine.lookup': (input) => answers[String(input)]?.() },
        steps,
      );
      const refused = codes.filter((code) => code === -4).length;
      const grownMb = (process.memoryUsage.rss() - before) / MiB;
      insist(
        codes[0] === -4 && refused >= 7,
        `${refused} were refused: ${codes.slice(0, 5).join()}`,
      );
      insist(grownMb < 300, `the host grew by ${grownMb} MB`);
      return '1 MiB an answer, 64 MiB a call; one is kept';
    },
  },
  {
    row: 122,
    name: "a host's own function without a grant, and one that answers with an error",
    modes: ISOLATED,
    async run(arena) {
      let others = 0;
      const secret = 'postgres://admin:hunter2@db';
      const codes = await codesOf(
        arena,
        {
          'mine.other': () => (others += 1),
          'mine.lookup': () => {
            throw new Error(secret);
          },
        },
        [{ call: 'mine.other', args: ['1', 9] }, lookup('1', 4096)],
      );
      insist(codes.join() === '-3,-5' && others === 0, `it got ${codes.join()}`);
      const told = arena.logs.filter(({ message }) => message.includes(secret));
      insist(told.length === 1 && !/\bat .*:\d+/.test(told[0]!.message), 'the log is wrong');
      return '-3 and -5; the reason is in the log alone';
    },
  },
  {
    row: 122,
    name: "a promise of a host's own function that never settles",
    modes: ISOLATED,
    async run(arena) {
      const signals: AbortSignal[] = [];
      const code = await arena.fail(flood('1', 1, 16), 'CALL_DEADLINE_EXCEEDED', {
        hostFunctions: {
          'mine.lookup': (_input, { signal }) => {
            signals.push(signal);
            return new Promise(() => {});
          },
        },
        load,
      });
      insist(signals.length > 0 && signals.every(({ aborted }) => aborted), 'it was not told');
      return `${code}, and the function's signal fires`;
    },
  },
];
