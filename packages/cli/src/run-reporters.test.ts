import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { captureIo } from './__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from './__fixtures__/paths.js';
import { main } from './main.js';

const run = async (
  cwd: string,
  ...args: string[]
): Promise<[code: number, out: string, err: string]> => {
  const { io, stdout, stderr } = captureIo({ cwd });
  const code = await main(args, io);
  return [code, stdout(), stderr()];
};

const MODULE = `
  import { writeFileSync } from 'node:fs';
  let rows = 0;
  export default (output) => ({
    specificationVersion: 'v1',
    name: 'mine',
    row() { rows += 1; },
    end({ summaries }) {
      writeFileSync(new URL('ran.txt', import.meta.url), String(rows));
      return output.write(rows + ' rows of ' + summaries[0].run.name + '\\n');
    },
  });`;

async function project(reporters: readonly unknown[]): Promise<string> {
  const cwd = await temporaryFolder();
  const record = { input: '1', expected: 'yes', answers: { a: 'yes' } };
  await writeFile(join(cwd, 'data.jsonl'), `${JSON.stringify(record)}\n`);
  await writeFile(join(cwd, 'mine.mjs'), MODULE);
  const config = {
    name: 'small',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: examplePlugin('replay'), models: ['a'] },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
    reporters,
    outputDir: 'runs',
    isolation: 'inline',
  };
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  return cwd;
}

describe('reporters of a configuration', () => {
  it('write what a run came to: ours by name, and a module', async () => {
    const cwd = await project([
      'junit',
      { format: 'csv', output: 'rows.csv' },
      { module: 'mine.mjs' },
    ]);
    const [code, out] = await run(cwd, 'run', 'bench.json', '--quiet');
    expect(code).toBe(0);
    expect(out).toContain('1 rows of small\n');
    expect(await readFile(join(cwd, 'rows.csv'), 'utf8')).toMatch(/^run,index,/);
    const folder = join(
      cwd,
      'runs',
      (await readdir(join(cwd, 'runs'))).find((name) => name.startsWith('small'))!,
    );
    expect(await readFile(join(folder, 'junit.xml'), 'utf8')).toContain('<testsuites name="small"');
    // Reporters named in an untrusted folder are neither run nor written: only those named in the user's own configuration are.
    const stored = join(folder, 'config.json');
    const kept = JSON.parse(await readFile(stored, 'utf8')) as object;
    expect(kept).not.toHaveProperty('reporters');
    await writeFile(
      stored,
      JSON.stringify({ ...kept, reporters: [{ module: join(cwd, 'evil.mjs') }] }),
    );
    await writeFile(join(cwd, 'evil.mjs'), 'throw new Error("was run")');
    const [again, quiet] = await run(cwd, 'resume', folder, '--quiet');
    expect([again, quiet]).toEqual([0, expect.not.stringContaining('rows of small')]);
    const [resumed, told] = await run(
      cwd,
      'resume',
      folder,
      '--quiet',
      '--reporters',
      'bench.json',
    );
    expect([resumed, told]).toEqual([0, expect.stringContaining('2 rows of small\n')]);
    const [, json, table] = await run(cwd, 'resume', folder, '--json', '--reporters', 'bench.json');
    expect(JSON.parse(json)).toHaveProperty('run');
    expect(table).toContain('3 rows of small\n');
    const scoring = ['score', folder, '--config', 'bench.json', '--quiet'];
    expect(await run(cwd, ...scoring)).toEqual([
      0,
      expect.stringContaining('4 rows of small'),
      expect.any(String),
    ]);
  });

  it.each([
    [[{ module: 'gone.mjs' }], 1, 'REPORT_BAD_REPORTER'],
    [['pdf'], 1, '"reporters[0]"'],
    [[{ format: 'html', module: 'mine.mjs' }], 1, 'exactly one of "format" and "module"'],
    [[{ format: 'md', withPlugins: true }], 1, '"withPlugins" is for the format "html"'],
    [[{ format: 'md', to: 'x' }], 1, 'unknown key "to"'],
  ])('end a run before it begins if they are wrong: %j', async (reporters, expected, message) => {
    const cwd = await project(reporters);
    const [code, , err] = await run(cwd, 'run', 'bench.json', '--quiet');
    expect([code, err]).toEqual([expected, expect.stringContaining(message)]);
    expect(await readdir(cwd)).not.toContain('runs');
  });
});
