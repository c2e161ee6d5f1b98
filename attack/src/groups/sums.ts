import { scoreSets, type SetScore, SumBoard } from '@testbench/bench/aggregate';
import type { ResultRow } from '@testbench/bench/results';
import type { PluginManager } from '@testbench/manager';
import { assemble, guestWat, METADATA, packed } from '@testbench/test-kit';

import { LATE_MS, refusalOf } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';

const MIB = 2 ** 20;
const metadataText = JSON.stringify({
  ...JSON.parse(METADATA),
  plugin_type: 'evaluator',
  aggregate: 'sums',
});
const answering = (outputText: string, execute?: string): Uint8Array<ArrayBuffer> =>
  assemble(guestWat({ metadataText, outputText, ...(execute && { execute }) }));

const rowOf = (index: number, metrics: Readonly<Record<string, number>>): ResultRow => ({
  index,
  prompt: 'p',
  provider: 'o',
  model: 'm',
  epoch: 1,
  scores: { attacker: 1 },
  details: { attacker: { metrics } },
});

/** The score of 20 records by the plugin `attacker`, as a run requests it. */
async function scoreOf(manager: PluginManager): Promise<SetScore> {
  const board = new SumBoard({ evaluators: ['attacker'] });
  for (let index = 0; index < 20; index += 1) board.add([rowOf(index, { a: index })]);
  const [set] = await scoreSets(board, {
    system: { executePluginBatch: (...call) => manager.executeBatch(...call) },
    plugins: { attacker: 'attacker' },
  });
  return set!;
}

const manyMetrics = Array.from({ length: 3000 }, (_, index) => `"m${index}":1`).join(',');
const OUTPUTS: Readonly<Record<string, string>> = {
  'a score that is not one': '{"data":{"score":1e999}}',
  'a metric beyond all numbers': '{"data":{"score":1,"metrics":{"a":-1e400}}}',
  NaN: '{"data":{"score":NaN}}',
  'metrics that are a list': '{"data":{"score":1,"metrics":[1]}}',
  '3,000 metrics': `{"data":{"score":1,"metrics":{${manyMetrics}}}}`,
};

/** Rows 230 to 233: code that sums records, and asks an untrusted plugin for the score of a set. */
export const sums: readonly Attack[] = [
  ...Object.entries(OUTPUTS).map(([name, output]): Attack => ({
    row: 230,
    name: `the score of a set is ${name}`,
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager();
      await manager.load(answering(output), { id: 'attacker' });
      const { score, failure } = await scoreOf(manager);
      insist(score === null && failure?.code === 'CALL_INVALID_OUTPUT', JSON.stringify(failure));
      return failure!.code;
    },
  })),
  {
    row: 231,
    name: 'a million names of metrics, and long ones, over rows',
    modes: ['host'],
    run() {
      const before = process.memoryUsage().rss;
      const board = new SumBoard({ evaluators: ['attacker'] });
      const long = 'name of a metric '.repeat(14);
      for (let index = 0; index < 1_000_000; index += 1) {
        board.add([rowOf(index, { [`${index} ${long}`]: 1 })]);
      }
      board.add([rowOf(1_000_000, { ['x'.repeat(MIB)]: 1 })]);
      const [set] = board.sets();
      const grownMib = Math.round((process.memoryUsage().rss - before) / MIB);
      insist(set?.problem !== undefined, 'the sums are taken for good');
      insist(set!.sums.size === 0, `${set!.sums.size} names are kept`);
      insist(grownMib < 400, `memory grew by ${grownMib} MiB`);
      return 'none is kept, and the set has no score';
    },
  },
  {
    row: 231,
    name: 'a set for each row, each with metrics of its own',
    modes: ['host'],
    run() {
      const before = process.memoryUsage().rss;
      const cuts = [({ index }: ResultRow) => ({ index: String(index) })];
      const board = new SumBoard({ evaluators: ['attacker'], cuts });
      const places = Array.from({ length: 200 }, (_, place) => `m${place}`);
      for (let index = 0; index < 20_000; index += 1) {
        board.add([rowOf(index, Object.fromEntries(places.map((place) => [place, index / 3])))]);
      }
      const sets = board.sets();
      const kept = sets.reduce((count, { sums: { size } }) => count + size, 0);
      const grownMib = Math.round((process.memoryUsage().rss - before) / MIB);
      insist(board.isFull && sets.length === 10_000, `${sets.length} sets`);
      insist(kept <= 250_000, `${kept} sums are kept`);
      insist(grownMib < 600, `memory grew by ${grownMib} MiB`);
      return '10,000 sets, 250,000 sums';
    },
  },
  {
    row: 232,
    name: 'an aggregate call that never ends',
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager();
      const endless = answering('', '(loop (br 0)) (unreachable)');
      await manager.load(endless, { id: 'attacker' });
      const started = performance.now();
      let code = 'it ended';
      try {
        await manager.aggregate('attacker', { sums: { a: 1 }, n: 1 });
      } catch (error) {
        code = refusalOf(error).code;
      }
      insist(code === 'CALL_DEADLINE_EXCEEDED', code);
      const { failure } = await scoreOf(manager);
      insist(failure?.code === 'CALL_DEADLINE_EXCEEDED', JSON.stringify(failure));
      insist(performance.now() - started < 600 + LATE_MS, 'it took longer than its limit');
      return code;
    },
  },
  {
    row: 232,
    name: 'an aggregate call that ends at once, and then never for a resample',
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager();
      const output = '{"data":{"score":1}}';
      const later = answering(
        output,
        `(if (i32.load (i32.const 60000)) (then (loop (br 0))))
         (i32.store (i32.const 60000) (i32.const 1)) ${packed(4096, output.length)}`,
      );
      await manager.load(later, { id: 'attacker' });
      const started = performance.now();
      const { score, bootstrap, withoutInterval } = await scoreOf(manager);
      insist(score?.value === 1 && bootstrap === null, 'it has an interval');
      insist(performance.now() - started < LATE_MS, 'the resamples took too long');
      return withoutInterval ?? 'no reason';
    },
  },
  {
    row: 233,
    name: 'metrics whose sum overflows, in an order that hides it',
    modes: ['host'],
    run() {
      for (const values of [
        [1e308, 1e308, -1e308],
        [-1e308, 1e308, 1e308],
        [Infinity, 1],
        [Number.NaN, 1],
      ]) {
        const board = new SumBoard({ evaluators: ['attacker'] });
        for (const [index, a] of values.entries()) board.add([rowOf(index, { a })]);
        insist(board.sets()[0]!.problem !== undefined, `${values.join(' + ')} has a sum`);
      }
      return 'refused, whatever the order';
    },
  },
  {
    row: 233,
    name: 'sums that are none, handed to a plugin',
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager();
      await manager.load(answering('{"data":{"score":1}}'), { id: 'attacker' });
      for (const a of [Infinity, Number.NaN]) {
        try {
          await manager.aggregate('attacker', { sums: { a }, n: 1 });
        } catch (error) {
          const { code } = refusalOf(error);
          insist(code === 'CALL_INVALID_INPUT', code);
          continue;
        }
        insist(false, `the plugin was asked with ${a}`);
      }
      insist(manager.info('attacker')?.executionCount === 0, 'the plugin was called');
      return 'CALL_INVALID_INPUT, before the plugin';
    },
  },
];
