import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { explainFailure } from '../explain-failure.js';
import type { DevEvent } from './dev-event.js';
import { watchProject } from './watch-project.js';
import type { WatchProjectOptions } from './watch-project-options.js';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'testbench-dev-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Kind = DevEvent['type'];
type Of<Type extends Kind> = Extract<DevEvent, { readonly type: Type }>;

/** A project that is watched. */
interface Watched {
  readonly events: readonly DevEvent[];
  write(name: string, text: string): Promise<void>;
  /** Runs an action, and waits until the loop is idle again. @returns The events received. */
  after(change: () => Promise<unknown>): Promise<readonly DevEvent[]>;
  /** Stops watching. */
  end(): Promise<void>;
  readonly folder: string;
}

async function watching(
  files: Readonly<Record<string, string>>,
  options: Partial<WatchProjectOptions> = {},
): Promise<Watched> {
  const folder = join(root, `project-${(count += 1)}`);
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const events: DevEvent[] = [];
  const controller = new AbortController();
  const dataset =
    options.dataset === undefined
      ? {}
      : { dataset: { ...options.dataset, path: join(folder, options.dataset.path) } };
  const running = watchProject({
    ...options,
    ...dataset,
    project: join(folder, options.project ?? '.'),
    signal: controller.signal,
    onEvent: (event) => void events.push(event),
  });
  const end = async (): Promise<void> => {
    controller.abort();
    await running;
  };
  onTestFinished(end);
  const idle = async (from: number): Promise<readonly DevEvent[]> =>
    await Promise.race([
      vi.waitFor(
        () => {
          const last = events.at(-1);
          if (events.length <= from || last?.type !== 'idle') throw new RangeError('not idle');
          return events.slice(from);
        },
        { timeout: 60_000, interval: 10 },
      ),
      // Its errors must be reported before the timeout.
      running.then(() => events.slice(from)),
    ]);
  await idle(0);
  return {
    events,
    folder,
    write,
    end,
    after: async (change) => {
      const from = events.length;
      await change();
      return await idle(from);
    },
  };
}

function only<Type extends Kind>(events: readonly DevEvent[], type: Type): Of<Type> {
  const found = events.filter((event): event is Of<Type> => event.type === type);
  expect(found.map((event) => event.type)).toEqual([type]);
  return found[0]!;
}

const METRIC = 'export const evaluate = ({ output }) => output.length / 10;\n';
const RECORDS = '{"id":"a","output":"1234"}\n{"id":"b","output":"12"}\n{"id":"c","output":""}\n';

describe('watchProject() of a script', { timeout: 180_000 }, () => {
  it('builds, tests and scores, and says which records a change gave another score', async () => {
    const watched = await watching(
      {
        'metric.js': METRIC,
        'golden.jsonl': '{"input":{"output":"12345"},"output":{"score":0.5}}\n',
        'data.jsonl': RECORDS,
      },
      { project: 'metric.js', dataset: { path: 'data.jsonl', records: 2 } },
    );
    const [begin] = watched.events;
    expect(begin).toEqual({
      type: 'watching',
      path: join(watched.folder, 'metric.js'),
      folder: watched.folder,
    });
    expect(only(watched.events, 'build')).toMatchObject({
      name: 'metric',
      pluginType: 'evaluator',
      language: 'javascript',
      isSame: false,
    });
    expect(only(watched.events, 'tests')).toMatchObject({ inputs: 1, failed: 0 });
    expect(only(watched.events, 'scores')).toMatchObject({
      totals: { records: 2, failed: 0 },
      before: undefined,
      changed: 0,
    });
    expect(only(watched.events, 'scores').totals.mean).toBeCloseTo(0.3);

    // As editors save: to a temporary file, which then replaces the file.
    const saved = await watched.after(async () => {
      await watched.write('metric.js~', '');
      await watched.write('.metric.js.swp', '');
      const text = METRIC.replace('output.length / 10', 'Math.min(0.3, output.length / 10)');
      await watched.write('4913', text);
      await rename(join(watched.folder, '4913'), join(watched.folder, 'metric.js'));
    });
    expect(only(saved, 'change').files).toEqual([join(watched.folder, 'metric.js')]);
    const { before, changes, changed } = only(saved, 'scores');
    expect(before?.mean).toBeCloseTo(0.3);
    expect(changed).toBe(1);
    expect(changes).toMatchObject([{ id: 'a', before: { score: 0.4 }, after: { score: 0.3 } }]);
    const { files, failed } = only(saved, 'tests');
    expect(failed).toBe(1);
    expect(files[0]!.failures).toMatchObject([
      { line: 1, actual: { output: { score: 0.3 } }, expected: { output: { score: 0.5 } } },
    ]);
    expect(only(saved, 'idle').ok).toBe(false);

    const mended = await watched.after(() =>
      watched.write('golden.jsonl', '{"input":{"output":"1"},"output":{"score":0.1}}\n'),
    );
    expect(mended.some(({ type }) => type === 'build')).toBe(false);
    expect(only(mended, 'tests')).toMatchObject({ inputs: 1, failed: 0 });

    const data = await watched.after(() =>
      watched.write('data.jsonl', '{"id":"a","output":"1"}\n'),
    );
    expect(only(data, 'scores')).toMatchObject({
      totals: { records: 1 },
      changes: [{ id: 'a', before: { score: 0.3 }, after: { score: 0.1 } }],
    });
    await watched.end();
  });

  it('goes on after a mistake, and sees files that are imported, come late and go', async () => {
    const watched = await watching({
      'plugin.ts': "import { scale } from './scale.js';\nexport const evaluate = () => scale(1);\n",
    });
    const missing = only(watched.events, 'build-failed');
    expect(missing.problems).toMatchObject([
      { file: 'plugin.ts', line: 1, column: 23, excerpt: "import { scale } from './scale.js';" },
    ]);
    expect(only(watched.events, 'idle').ok).toBe(false);

    const come = await watched.after(() =>
      watched.write('scale.ts', 'export const scale = (n: number) => n;\n'),
    );
    expect(only(come, 'build').name).toBe('plugin');
    const edited = await watched.after(() =>
      watched.write('scale.ts', 'export const scale = (n: number) => n / 2;\n'),
    );
    expect(only(edited, 'change').files).toEqual([join(watched.folder, 'scale.ts')]);
    const same = await watched.after(() =>
      watched.write('scale.ts', '// The same again.\nexport const scale = (n: number) => n / 2;\n'),
    );
    expect(same.some(({ type }) => type === 'build')).toBe(true);

    const wrong = await watched.after(() => watched.write('scale.ts', 'export const scal = 1;\n'));
    expect(only(wrong, 'build-failed').message).toContain('did you mean "scal"?');
    const gone = await watched.after(() => rm(join(watched.folder, 'scale.ts')));
    expect(only(gone, 'build-failed').message).toContain('Could not resolve "./scale.js"');
    const back = await watched.after(() =>
      watched.write('scale.ts', 'export const scale = () => 0;\n'),
    );
    expect(only(back, 'idle').ok).toBe(true);
    await watched.end();
    expect(watched.events.at(-1)).toMatchObject({ type: 'idle' });
  });

  it('takes many saves at once for one change, and follows what an import outside links to', async () => {
    const shared = join(root, 'shared');
    await mkdir(shared, { recursive: true });
    await writeFile(join(shared, 'factor.js'), 'export const factor = 1;\n');
    const watched = await watching({
      'plugin.js':
        "import { factor } from '../shared/factor.js';\nimport { a } from './a.js';\nimport { b } from './b.js';\nexport const evaluate = () => a * b * factor;\n",
      'a.js': 'export const a = 1;\n',
      'b.js': 'export const b = 1;\n',
      'note.md': 'not imported\n',
    });
    const many = await watched.after(() =>
      Promise.all([
        watched.write('a.js', 'export const a = 0.5;\n'),
        watched.write('b.js', 'export const b = 0.5;\n'),
        watched.write('note.md', 'still not\n'),
      ]),
    );
    expect(only(many, 'change').files.toSorted()).toEqual([
      join(watched.folder, 'a.js'),
      join(watched.folder, 'b.js'),
    ]);
    const outside = await watched.after(() =>
      writeFile(join(shared, 'factor.js'), 'export const factor = 0;\n'),
    );
    expect(only(outside, 'change').files).toEqual([join(shared, 'factor.js')]);
  });

  it('tells why a plugin does not load, why a call fails, and what a record lacks', async () => {
    const watched = await watching(
      {
        'plugin.js':
          "export const config = { most: { type: 'integer' } };\nexport function evaluate({ output }, { log }) {\n  log('saw', output);\n  if (output === '12') throw new RangeError('no twelve');\n  return 1;\n}\n",
        'config.json': '{"most":"x"}',
        'data.jsonl': RECORDS,
      },
      {
        dataset: { path: 'data.jsonl' },
        configFile: join(root, `project-${count + 1}/config.json`),
      },
    );
    const { error } = only(watched.events, 'load-failed');
    expect(error).toMatchObject({ code: 'LOAD_INIT_FAILED' });
    const loads = await watched.after(() => watched.write('config.json', '{"most":1}'));
    const { firstFailure, totals } = only(loads, 'scores');
    expect(totals).toMatchObject({ records: 3, failed: 1 });
    expect(firstFailure).toMatchObject({ id: 'b', error: { logs: [{ message: 'saw 12' }] } });
    const lacking = await watched.after(() => watched.write('data.jsonl', '{"text":"1"}\n'));
    expect((only(lacking, 'dataset-failed').error as Error).message).toMatch(
      /record 1 of .*: it has no "output"; say which field is "output", it has: text$/,
    );
  });

  it('refuses what is no project, and options that there are not', async () => {
    const options = { signal: new AbortController().signal, onEvent: () => {} };
    const rejected = (project: string): Promise<unknown> => watchProject({ ...options, project });
    await expect(rejected(root)).rejects.toMatchObject({
      code: 'BUILD_NO_PROJECT',
      message: expect.stringContaining('it has none of assembly/index.ts, Cargo.toml'),
    });
    await expect(rejected(join(root, 'none'))).rejects.toThrow('there is no such file or folder');
    await expect(
      watchProject({ ...options, datset: {} } as unknown as WatchProjectOptions),
    ).rejects.toThrow('did you mean "dataset"?');
  });
});

describe('watchProject() of AssemblyScript', () => {
  it('builds without the optimiser, writes nothing, and follows the metadata', async () => {
    const folder = join(root, `project-${count + 1}`);
    await mkdir(join(folder, 'node_modules/@testbench'), { recursive: true });
    await symlink(
      resolve(import.meta.dirname, '../../../../plugins-sdk'),
      join(folder, 'node_modules/@testbench/plugins-sdk'),
    );
    const source = (body: string): string =>
      `import { Evaluation, Evaluator, EvaluatorInput, plugin } from "@testbench/plugins-sdk";\n\n@plugin({ name: "probe" })\nexport class Probe extends Evaluator {\n  evaluate(input: EvaluatorInput): Evaluation {\n    return ${body};\n  }\n}\n`;
    const watched = await watching({
      'package.json': '{"version":"1.0.0"}',
      'assembly/index.ts': source('new Evaluation(input.output.lenght)'),
    });
    expect(only(watched.events, 'build-failed').problems).toMatchObject([
      {
        file: 'assembly/index.ts',
        line: 6,
        column: 40,
        message: expect.stringContaining('did you mean "length"?'),
      },
    ]);
    const built = await watched.after(() =>
      watched.write('assembly/index.ts', source('new Evaluation(input.output.length / 10.0)')),
    );
    expect(only(built, 'build')).toMatchObject({ version: '1.0.0', language: 'assemblyscript' });
    await watched.after(() =>
      watched.write('golden.jsonl', '{"input":{"output":"x"},"output":{"score":0.1}}\n'),
    );
    const trapped = await watched.after(() =>
      watched.write(
        'assembly/index.ts',
        source('new Evaluation(f64(input.output.length / (input.output.length - 1)))'),
      ),
    );
    const [failure] = only(trapped, 'tests').files[0]!.failures;
    const place = { file: 'assembly/index.ts', line: 6 };
    expect(explainFailure(failure?.cause).place).toMatchObject(place);
    const renamed = await watched.after(() => watched.write('package.json', '{"version":"1.1.0"}'));
    expect(only(renamed, 'build').version).toBe('1.1.0');
    await expect(rm(join(folder, 'build'))).rejects.toMatchObject({ code: 'ENOENT' });
  }, 180_000);
});
