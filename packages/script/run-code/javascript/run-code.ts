/** Runs model-written JavaScript code against a record's tests, in a separate engine. */
import { InvalidInputError } from '@testbench/script';

import { describe, Stopped, Verdicts } from './assertions.ts';
import { Untrusted } from './foreign.ts';
import { codeOf, namesIn, type Task, taskOf } from './task.ts';

type Open = (code: string, steps: number) => (text: string) => string | number;

interface Config {
  readonly steps: number;
  readonly stop: boolean;
}

/** Tests that are reported individually. */
const MAX_TOLD = 20;
/** Characters of output in an explanation. */
const MAX_PRINTED = 2_000;

export const name = 'run-code';
export const version = '1.0.0';
export const description = 'Runs JavaScript that a model wrote against the tests of its record';
export const license = 'Apache-2.0';
export const config = {
  language: {
    type: 'string',
    enum: ['javascript'],
    default: 'javascript',
    description: 'Of the code',
  },
  steps: {
    type: 'integer',
    minimum: 1,
    maximum: 1_000_000_000,
    default: 10_000_000,
    description:
      'Turns of loops and calls that the code may take, in tens of thousands; then its verdict is that it does not end',
  },
  stop: { type: 'boolean', default: false, description: 'Stop at the first test that fails' },
  prompt_field: {
    type: 'string',
    description: 'Field with what the answer goes on from; else "prompt"',
  },
  test_field: {
    type: 'string',
    description: 'Field with the tests, a text or a list; else "test", "tests" or "test_list"',
  },
  entry_field: {
    type: 'string',
    description: 'Field with the name of what is tested; else "entry_point"',
  },
  tests: { type: ['string', 'array'], description: 'Tests of every record, in place of its own' },
};

export async function evaluate(
  record: Readonly<Record<string, unknown>>,
  context: {
    readonly config: Config;
    readonly openOther: Open;
    readonly log: (text: string) => void;
  },
): Promise<unknown> {
  const task = taskOf(record, context.config as Config & Readonly<Record<string, unknown>>);
  const verdicts = new Verdicts(context.config.stop);
  const code = new Untrusted(context.openOther, context.config.steps);
  const problem = await judge(task, codeOf(String(record['output']), task), code, verdicts);
  const { found } = verdicts;
  const passed = found.filter(({ verdict }) => verdict === 'passed').length;
  const first = found.findIndex(({ verdict }) => verdict !== 'passed');
  const told = found.slice(0, MAX_TOLD).map(({ verdict }, index) => `${index + 1} ${verdict}`);
  const what =
    problem ??
    (first === -1
      ? `${passed} of ${found.length} tests passed`
      : `test ${first + 1} ${found[first]!.verdict}: ${found[first]!.message}`);
  const lines = [what];
  if (first !== -1 && found.length > 1)
    lines.push(`tests: ${told.join(', ')}${found.length > MAX_TOLD ? ', …' : ''}`);
  if (code.printed !== '') lines.push(`printed: ${code.printed.slice(0, MAX_PRINTED)}`);
  return {
    score: problem === undefined && first === -1 && found.length > 0 ? 1 : 0,
    explanation: lines.join('\n'),
    metrics: { tests: found.length, tests_passed: passed, timed_out: code.boundless ? 1 : 0 },
  };
}

/** Runs the tests; returns why they could not be completed. */
async function judge(
  task: Task,
  source: string,
  code: Untrusted,
  verdicts: Verdicts,
): Promise<string | undefined> {
  const names = namesIn(task.tests.join('\n'), task.entry);
  let found: ReadonlyMap<string, unknown>;
  try {
    found = code.load(source, names, task.entry);
  } catch (error) {
    return `the code fails: ${describe(error)}`;
  }
  const seen = new Map([...found].filter(([, value]) => value !== undefined));
  if (task.entry !== undefined) {
    if (!seen.has(task.entry)) return `the code defines no ${task.entry}`;
    if (!seen.has('candidate')) seen.set('candidate', seen.get(task.entry));
  }
  const assert = verdicts.assert();
  const given: Record<string, unknown> = {
    ...Object.fromEntries(seen),
    assert,
    require: requireFrom(assert),
    console: {
      ...Object.fromEntries(
        ['log', 'info', 'warn', 'error', 'debug'].map((each) => [each, () => undefined]),
      ),
      assert,
    },
    ...blocks(verdicts),
  };
  for (const [index, test] of task.tests.entries()) {
    const before = verdicts.found.length;
    try {
      // oxlint-disable-next-line no-new-func -- tests are code, and as trusted as their data set
      const run = new Function(...Object.keys(given), `return (async () => {\n${test}\n})()`) as (
        ...values: unknown[]
      ) => Promise<unknown>;
      await run(...Object.values(given));
      // A test without assertions passes if it completes.
      if (task.isList && verdicts.found.length === before) verdicts.note('passed');
    } catch (error) {
      if (error instanceof Stopped) return undefined;
      if (error instanceof SyntaxError && verdicts.found.length === before && !code.boundless)
        throw new InvalidInputError(`test ${index + 1} cannot be read: ${error.message}`);
      try {
        verdicts.note('broke off', describe(error));
      } catch {
        return undefined;
      }
      if (code.boundless) return undefined;
    }
  }
  return verdicts.found.length === 0 ? 'the tests assert nothing' : undefined;
}

/** `test('…', () => …)` and similar: each is a separate test, independent of the others. */
function blocks(verdicts: Verdicts): Readonly<Record<string, unknown>> {
  const block = async (_: unknown, action: () => unknown): Promise<void> => {
    const before = verdicts.found.length;
    try {
      await action();
      if (verdicts.found.length === before) verdicts.note('passed');
    } catch (error) {
      if (error instanceof Stopped) throw error;
      verdicts.note('broke off', describe(error));
    }
  };
  const group = (_: unknown, action: () => unknown): unknown => action();
  return { test: block, it: block, describe: group };
}

function requireFrom(assert: unknown): (wanted: string) => unknown {
  return (wanted) => {
    if (/^(?:node:)?assert(?:\/strict)?$/.test(wanted)) return assert;
    throw new Error(`Cannot find module '${wanted}': tests have assert, and what stands in them`);
  };
}
