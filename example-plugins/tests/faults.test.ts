import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';
import { sharedFile } from './shared-data.js';

/** An input that a plugin handled incorrectly. */
interface Fault {
  readonly id: string;
  readonly plugin: string;
  readonly config: object;
  readonly input: unknown;
  readonly right: unknown;
}

/** What the file says in words: the input, the relevant part of the outcome, and the value it is compared with. */
interface Told {
  readonly input?: unknown;
  readonly read?: (outcome: Outcome) => unknown;
  readonly right?: unknown;
}

const texts = (step: number): string[] =>
  Array.from({ length: 300 }, (_, index) => `text ${index * step}`.padEnd(28, 'abc'));
const TOLD: Readonly<Record<string, Told>> = {
  F9: { read: ({ data }) => data.replace(/^0/, ''), right: '.8' },
  F16: { right: 'CALL_INVALID_INPUT' },
  F19: { read: ({ data }) => data, right: { score: 1, metrics: { found: 0 } } },
  F32: {
    input: { output: texts(1), expected: texts(2) },
    read: ({ data }) => data?.score > 0.5,
    right: true,
  },
  F35: { read: ({ data }) => data.items, right: [] },
};

interface Outcome {
  readonly data?: ReturnType<typeof JSON.parse>;
  readonly error?: string;
}

/** The value that `right` is compared with: the code of a failure, the score, or the text. */
function read({ data, error }: Outcome): unknown {
  return error ?? data.score ?? data;
}

async function run({ plugin, config, input }: Fault): Promise<Outcome> {
  try {
    await using host = await openPlugin(plugin, config);
    return { data: (await host.call(input)).data };
  } catch (error) {
    return { error: (error as { code: string }).code };
  }
}

const path = sharedFile('faults/metrics.json');
if (path === undefined) {
  process.stderr.write(
    'skipped: the known faults are not there; set TESTBENCH_SHARED to the folder with faults/metrics.json\n',
  );
}
const cases: readonly Fault[] =
  path === undefined ? [] : JSON.parse(readFileSync(path, 'utf8')).cases;

describe.skipIf(path === undefined)('inputs on which a plugin was wrong', () => {
  it.each(cases)('$id: $plugin', async (fault) => {
    const told = TOLD[fault.id];
    const outcome = await run({ ...fault, input: told?.input ?? fault.input });
    expect((told?.read ?? read)(outcome)).toEqual(told?.right ?? fault.right);
  });
});
