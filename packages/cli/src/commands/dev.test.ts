import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { describe, expect, it, vi } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';
import { DevScreen } from '../render/dev-screen.js';

const METRIC = `export function evaluate({ output }, { log }) {
  log('saw ' + output);
  if (output === 'bad') throw new RangeError(\`no \${outputt}\`);
  return output.length / 10;
}
`;

interface Session {
  readonly out: () => string;
  /** Runs an action, and waits until the loop is idle again. @returns The printed text. */
  readonly after: (change: () => Promise<unknown>) => Promise<string>;
  /** @returns The exit code. */
  readonly interrupt: () => Promise<number>;
}

async function session(cwd: string, args: readonly string[], isTTY = false): Promise<Session> {
  const controller = new AbortController();
  const { io, stdout } = captureIo({ cwd, isTTY, signal: controller.signal });
  const running = main(['dev', ...args], io);
  const idles = (): number => stdout().split(/waiting for changes|"type":"idle"/).length;
  const after = async (change: () => Promise<unknown>): Promise<string> => {
    const [from, before] = [stdout().length, idles()];
    await change();
    await vi.waitFor(() => expect(idles()).toBeGreaterThan(before), { timeout: 60_000 });
    return stdout().slice(from);
  };
  await vi.waitFor(() => expect(idles()).toBeGreaterThan(1), { timeout: 60_000 });
  return {
    out: stdout,
    after,
    interrupt: () => {
      controller.abort();
      return running;
    },
  };
}

async function project(): Promise<string> {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'metric.js'), METRIC);
  await writeFile(join(cwd, 'data.csv'), 'id,answer\na,four\nb,sixsix\n');
  await writeFile(join(cwd, 'golden.jsonl'), '{"input":{"output":"x"},"output":{"score":0.1}}\n');
  return cwd;
}

const DATA = ['--dataset', 'data.csv', '--field', 'output=answer'];

describe('testbench dev', { timeout: 180_000 }, () => {
  it('prints a line for each event where there is no terminal, and ends with 130', async () => {
    const cwd = await project();
    const { out, after, interrupt } = await session(cwd, ['metric.js', ...DATA]);
    expect(out().replaceAll(/[\d.]+ m?s\b/g, 'TIME')).toMatch(
      /^watching metric\.js \(Ctrl-C ends\)\nbuilt evaluator metric 0\.0\.0 from javascript in TIME, [\d.]+ KiB\ntests 1 input as expected in TIME\nscores 2 records: mean 0\.5 in TIME\nok in TIME, waiting for changes\n$/,
    );
    const changed = await after(async () => {
      await writeFile(join(cwd, 'new.js'), METRIC.replace('/ 10', '/ 20'));
      await rename(join(cwd, 'new.js'), join(cwd, 'metric.js'));
    });
    expect(changed).toContain('changed metric.js\n');
    expect(changed).toMatch(
      /\ntests 1 of 1 input differ in .*: golden\.jsonl:1: gives \{"score":0\.05\}, expected \{"score":0\.1\}\n/,
    );
    expect(changed).toContain(
      '\nscores 2 records: mean 0.25 (before 0.5), 2 changed: record a: 0.4 → 0.2, record b: 0.6 → 0.3 in ',
    );
    const broken = await after(() => writeFile(join(cwd, 'metric.js'), 'export {\n'));
    expect(broken).toMatch(/\nbuild failed in .*: metric\.js:2:1: Expected .*\nnot ok in /);
    expect(await interrupt()).toBe(130);
  });

  it('shows sources, logs and each record on a terminal, no wider than it', async () => {
    const cwd = await project();
    await writeFile(join(cwd, 'data.csv'), 'id,answer\na,four\nb,bad\n');
    const { out, after, interrupt } = await session(cwd, ['metric.js', ...DATA], true);
    const shown = stripVTControlCharacters(out());
    expect(shown).toContain(
      `  record b: CALL_PLUGIN_FAILED: ReferenceError: outputt is not defined (metric.js:3:52), did you mean "output"?
    1 | export function evaluate({ output }, { log }) {
    2 |   log('saw ' + output);
  > 3 |   if (output === 'bad') throw new RangeError(\`no \${outputt}\`);
                                                           ^
    4 |   return output.length / 10;
    5 | }
    info: saw bad
`,
    );
    const broken = await after(() =>
      writeFile(join(cwd, 'metric.js'), METRIC.replace('{ log })', '{ log }')),
    );
    expect(stripVTControlCharacters(broken)).toMatch(
      /\nbuild failed in .*\n {2}metric\.js:1:46: Expected "\)" but found "\{"\n {4}1 \| export .*\n {53}\^\n/,
    );
    expect(await interrupt()).toBe(130);
  });

  it('cuts what is no message to the width of the terminal', () => {
    let shown = '';
    const stdout = { isTTY: true, columns: 30, write: (text: string) => (shown += text) };
    const screen = new DevScreen({ ...captureIo().io, stdout });
    const data = { text: 'x'.repeat(100) };
    screen.show({
      type: 'scores',
      totals: { records: 1, mean: undefined, failed: 0 },
      before: { records: 1, mean: undefined, failed: 0 },
      changes: [{ id: 'a', before: { id: 'a', data }, after: { id: 'a', data: 1 } }],
      changed: 1,
      firstFailure: undefined,
      durationMs: 1,
    });
    const lines = stripVTControlCharacters(shown).split('\n');
    expect(lines).toEqual([
      'scores 1 record, 1 changed in 1.00 ms',
      `  record a: {"text":"xxxxxxxx…`,
      '',
    ]);
  });

  it('prints events as JSON, one a line', async () => {
    const cwd = await project();
    const { after, out, interrupt } = await session(cwd, ['metric.js', ...DATA, '--json']);
    await after(() => writeFile(join(cwd, 'data.csv'), 'id,answer\na,bad\nb,sixsix\n'));
    const events = out()
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { type: string; firstFailure?: unknown; changes?: unknown },
      );
    expect(events.map(({ type }) => type)).toEqual([
      'watching',
      'build',
      'tests',
      'scores',
      'idle',
      'change',
      'tests',
      'scores',
      'idle',
    ]);
    expect(events.findLast(({ type }) => type === 'scores')).toMatchObject({
      totals: { records: 2, failed: 1 },
      changes: [
        {
          id: 'a',
          before: { score: 0.4 },
          after: { error: { code: 'CALL_PLUGIN_FAILED', place: { file: 'metric.js', line: 3 } } },
        },
      ],
    });
    expect(await interrupt()).toBe(130);
  });

  it.each([
    [['metric.js', '--records', '5'], 2, '--records is given without --dataset'],
    [['metric.js', '--dataset', 'data.csv', '--field', 'x'], 2, 'expected name=path'],
    [['none.js'], 1, 'there is no such file or folder'],
    [['.'], 1, 'it has none of assembly/index.ts'],
  ])('refuses %j', async (args, code, message) => {
    const { io, stderr } = captureIo({ cwd: await project() });
    expect(await main(['dev', ...args], io)).toBe(code);
    expect(stderr()).toContain(message);
  });
});

describe('testbench call --debug', () => {
  it('shows where a script broke, by which calls, and what it took', async () => {
    const cwd = await temporaryFolder();
    await writeFile(
      join(cwd, 'metric.js'),
      'const limit = 3;\nfunction judge(text) {\n  return text.length < limt;\n}\nexport const evaluate = ({ output }) => judge(output);\n',
    );
    const { io, stderr } = captureIo({ cwd });
    expect(await main(['call', 'metric.js', '--input', '{"output":"a"}', '--debug'], io)).toBe(1);
    const [place, ...lines] = stderr().split('\n');
    expect(place).toMatch(/^metric\.js:3:\d+$/);
    expect(lines.slice(0, 6)).toEqual([
      '  1 | const limit = 3;',
      '  2 | function judge(text) {',
      '> 3 |   return text.length < limt;',
      expect.stringMatching(/^ +\^$/),
      '  4 | }',
      '  5 | export const evaluate = ({ output }) => judge(output);',
    ]);
    expect(stderr()).toMatch(
      /\n {2}at judge \(metric\.js:3:\d+\)\n {2}at evaluate \(metric\.js:5:\d+\)\n/,
    );
    expect(stderr()).toMatch(/\ntime .* · fuel [\d,]+ · memory .*\n/);
    expect(stderr()).toContain('did you mean "limit"?');
  });
});
