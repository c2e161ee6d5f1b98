import { assemble, guestWat, packed } from '@testbench/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import { MAX_PIPELINE_STAGES } from '../limits.js';
import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';
import type { PipelineItem, PipelineStage } from './pipeline-stage.js';

/** Returns its input: the envelope follows eight bytes from which its output is built. */
const mirror = assemble(
  guestWat({
    memory: '(memory (export "memory") 64)',
    alloc: '(i32.const 65544)',
    execute: `(i64.store (i32.const 65536) (i64.load (i32.const 8192)))
      (i32.store8 (i32.add (local.get $ptr) (local.get $len)) (i32.const 125))
      (i64.or (i64.shl (i64.const 65536) (i64.const 32)) (i64.extend_i32_u (i32.add (local.get $len) (i32.const 9))))`,
    rest: String.raw`(data (i32.const 8192) "{\"data\":")`,
  }),
);
const output = '{"data":{"text":"4\\"2"}}';
const fixed = packed(4096, output.length);
/** Answers; traps or runs forever if the input is too long. */
const answering = (tooLong = ''): Uint8Array =>
  assemble(
    guestWat({
      outputText: output,
      execute: `(if (i32.gt_u (local.get $len) (i32.const 120)) (then ${tooLong})) ${fixed}`,
    }),
  );
const answers = answering();
/** Takes more fuel in each call, unless its state is reset. */
const counting = assemble(
  guestWat({
    rest: '(global $calls (mut i32) (i32.const 0))',
    execute: `(local $n i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 100)))
      (local.set $n (i32.add (global.get $calls) (local.get $len)))
      (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      ${packed(4096, 15)}`,
  }),
);
const asking = assemble(
  guestWat({
    memory: '(memory (export "memory") 64)',
    imports: '(import "env" "host_get_state" (func (param i32 i32 i32 i32) (result i32)))',
  }),
);

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

const answer: PipelineStage = { id: 'answers', gives: 'answer', data: ['[', { text: 0 }, ']'] };
const verdict = (id = 'mirror'): PipelineStage => ({
  id,
  gives: 'verdict',
  data: ['{"output":', { answer: true }, ',"record":', { text: 1 }, '}'],
});
const items = (count: number): PipelineItem[] =>
  Array.from({ length: count }, (_, n) => ({ texts: [`${n}`, `{"n":${n}}`], requestId: `r-${n}` }));

describe.each(['inline', 'thread', 'process'] as const)('executePipeline(): %s', (isolation) => {
  const open = async (
    modules: Readonly<Record<string, Uint8Array>>,
    options: PluginManagerOptions = {},
  ): Promise<PluginManager> => {
    const manager = new PluginManager({ isolation, ...options });
    opened.push(manager);
    for (const [id, module] of Object.entries(modules)) {
      await manager.load(module, { id, state: 'reset' });
    }
    return manager;
  };

  it('gives the answer of one plugin to the next, and what came of each stage', async () => {
    const manager = await open({ answers, mirror, same: mirror, other: mirror });
    const stages = [answer, verdict(), verdict('same'), { ...verdict('other'), data: ['"x"'] }];
    const results = await manager.executePipeline(stages, items(150));
    expect(results).toHaveLength(150);
    for (const [n, [first, second, third, last]] of results.entries()) {
      expect(first).toMatchObject({ status: 'fulfilled', value: { data: { text: '4"2' } } });
      const given = {
        data: { output: '4"2', record: { n } },
        context: { request_id: `r-${n}`, metadata: {} },
      };
      expect(second).toMatchObject({ status: 'fulfilled', value: { data: given } });
      expect(third).toMatchObject({ status: 'fulfilled', value: { data: given } });
      expect(last).toMatchObject({ value: { data: { data: 'x', context: given.context } } });
    }
    expect(manager.info('mirror')).toMatchObject({ executionCount: 150, errorCount: 0 });
  });

  it('hands the tool calls of a completion on, and ends an item whose calls are none', async () => {
    const completing = (calls: string): Uint8Array => {
      const text = `{"data":{"text":"4","model":"m","tool_calls":${calls}}}`;
      return assemble(guestWat({ outputText: text, execute: packed(4096, text.length) }));
    };
    const manager = await open({
      calling: completing('[{"id":"c","name":"f\\"","x":1}]'),
      wrong: completing('[{"name":7}]'),
      answers,
      mirror,
    });
    const data = ['{"output":', { answer: true }, { toolCalls: true }, '}'] as const;
    const verdictOf = { id: 'mirror', gives: 'verdict', data } as const;
    const completion = { ...answer, id: 'calling', gives: 'completion' } as const;
    const shown = async (stages: readonly PipelineStage[]): Promise<unknown> => {
      const [results] = await manager.executePipeline([...stages, verdictOf], items(1));
      const last = results!.at(-1);
      return last?.status === 'fulfilled' ? (last.value.data as { data: unknown }).data : last;
    };
    const tool_calls = [{ id: 'c', name: 'f"', arguments: '' }];
    expect(await shown([completion])).toEqual({ output: '4', tool_calls });
    // A stage that gives an answer changes only the text.
    expect(await shown([completion, answer])).toEqual({ output: '4"2', tool_calls });
    expect(await shown([{ ...completion, gives: 'answer' }])).toEqual({ output: '4' });
    expect(await shown([{ ...completion, id: 'wrong' }])).toBeUndefined();
  });

  it('ends an item where there is no answer, and lets the others go on', async () => {
    const manager = await open({ answers: answering('unreachable'), mirror });
    const [one, two, three] = items(3);
    const long = { ...two!, texts: [`"${'x'.repeat(200)}"`, '2'] };
    const results = await manager.executePipeline([answer, verdict()], [one!, long, three!]);
    expect(results.map((result) => result.map((part) => part?.status))).toEqual([
      ['fulfilled', 'fulfilled'],
      ['rejected', undefined],
      ['fulfilled', 'fulfilled'],
    ]);
    expect(results[1]?.[0]).toMatchObject({ reason: { code: 'CALL_TRAPPED' } });
    expect(manager.info('answers')).toMatchObject({ executionCount: 3, errorCount: 1 });
    expect(manager.info('mirror')).toMatchObject({ executionCount: 2, status: 'ready' });
    // Only texts are passed on: the mirror's own output has none.
    const [[, last] = []] = await manager.executePipeline(
      [{ ...verdict(), gives: 'answer' }, answer],
      items(1),
    );
    expect(last).toBeUndefined();
  });

  it('holds limits for each call', async () => {
    const forever = '(loop $again (br $again))';
    const manager = await open({ answers: answering(forever), mirror });
    const [one, two, three] = items(3);
    const long = { ...two!, texts: [`"${'x'.repeat(200)}"`, '2'] };
    for (const [limits, code] of [
      [{ maxFuel: 100_000 }, 'CALL_FUEL_EXHAUSTED'],
      [{ timeoutMs: 40, maxFuel: Infinity }, 'CALL_DEADLINE_EXCEEDED'],
    ] as const) {
      const results = await manager.executePipeline(
        [answer, verdict()],
        [one!, long, three!],
        limits,
      );
      expect(results).toMatchObject([
        [{ status: 'fulfilled' }, { status: 'fulfilled' }],
        [{ status: 'rejected', reason: { code } }, undefined],
        [{ status: 'fulfilled' }, { status: 'fulfilled' }],
      ]);
    }
  });

  it('takes the same fuel as calls that are made one by one, in whatever company', async () => {
    const manager = await open({ answers, counting });
    const stages = [answer, verdict('counting')];
    const fuelOf = async (list: readonly PipelineItem[]): Promise<number[]> => {
      const results = await manager.executePipeline(stages, list);
      return results.map(([, last]) =>
        last?.status === 'fulfilled' ? last.value.metadata.fuelUsed : -1,
      );
    };
    const list = items(130);
    const together = await fuelOf(list);
    const singly: number[] = [];
    for (const [n] of list.entries()) {
      const input = {
        data: { output: '4"2', record: { n } },
        context: { requestId: `r-${n}` },
      };
      singly.push((await manager.execute('counting', input)).metadata.fuelUsed);
    }
    expect(together).toEqual(singly);
    expect(new Set(together).size).toBeGreaterThan(2);
    expect(await fuelOf(list.slice(7, 9))).toEqual(singly.slice(7, 9));
    const inputs = list.map((_, n) => ({ data: { output: '4"2', record: { n } } }));
    const alone = await manager.executeBatch('counting', inputs, { alone: true });
    expect(new Set(alone.map(({ status }) => status))).toEqual(new Set(['fulfilled']));
  });

  it('goes from plugin to plugin where one may ask its host, or an item is long', async () => {
    const manager = await open({ answers, mirror, asking });
    const stages = [answer, verdict('asking'), verdict()];
    const [result] = await manager.executePipeline(stages, items(1));
    expect(result?.map((part) => part?.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    const long = { texts: ['1', `"${'x'.repeat(1_100_000)}"`] };
    const [[, asked] = []] = await manager.executePipeline([answer, verdict('asking')], [long]);
    expect(asked).toMatchObject({ status: 'fulfilled' });
  });

  it('ends what is cancelled, and starts nothing of it', async () => {
    const manager = await open({ answers: answering('(loop $again (br $again))'), mirror });
    const stop = new AbortController();
    const long = { texts: [`"${'x'.repeat(200)}"`, '2'] };
    if (isolation === 'inline') stop.abort();
    else setImmediate(() => stop.abort());
    const running = manager.executePipeline([answer, verdict()], [long, ...items(1)], {
      maxFuel: Infinity,
      signal: stop.signal,
    });
    const outcome: unknown = await running.catch((error: unknown) => error);
    const cancelled = { status: 'rejected', reason: { code: 'CALL_CANCELLED' } };
    expect(outcome).toMatchObject(
      // An inline call cannot be interrupted while it computes: there it was cancelled beforehand.
      isolation === 'inline'
        ? { code: 'CALL_CANCELLED' }
        : [
            [cancelled, undefined],
            [cancelled, undefined],
          ],
    );
  });
});

describe('executePipeline()', () => {
  it.each([
    { name: 'no stages', stages: [], error: RangeError },
    {
      name: 'too many stages',
      stages: Array.from({ length: MAX_PIPELINE_STAGES + 1 }, () => answer),
      error: RangeError,
    },
    {
      name: 'a text that items lack',
      stages: [{ ...answer, data: [{ text: 2 }] }],
      error: RangeError,
    },
    { name: 'a piece that is none', stages: [{ ...answer, data: [5] }], error: TypeError },
    { name: 'a stage that gives nothing', stages: [{ ...answer, gives: 'x' }], error: TypeError },
    { name: 'an item of other texts', stages: [answer], item: { texts: ['1'] }, error: TypeError },
    { name: 'an item without texts', stages: [answer], item: {}, error: TypeError },
  ])('refuses $name', async ({ stages, item, error }) => {
    const manager = new PluginManager({ isolation: 'inline' });
    opened.push(manager);
    await manager.load(answers, { id: 'answers' });
    const list = [...items(1), ...(item === undefined ? [] : [item])] as PipelineItem[];
    await expect(
      manager.executePipeline(stages as unknown as PipelineStage[], list),
    ).rejects.toBeInstanceOf(error);
    await expect(
      manager.executePipeline([{ ...answer, id: 'none' }], items(1)),
    ).rejects.toMatchObject({ code: 'CALL_NOT_FOUND' });
    expect(await manager.executePipeline([answer], [])).toEqual([]);
  });
});
