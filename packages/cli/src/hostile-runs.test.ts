import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { copyFile, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readRunFiles, RunMutator } from '@testbench/test-kit/mutate-run';
import { beforeAll, describe, expect, it } from 'vitest';

import { captureIo } from './__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from './__fixtures__/paths.js';
import { main } from './main.js';

const RECORDS = [
  { id: 'one', input: '1+0', expected: '1', group: 'x', answers: { a: '1', b: '2' } },
  { id: 'two', input: '1+1', expected: '2', group: 'y', answers: { a: '2' } },
  { id: 'three', input: '1+2', expected: '3', group: 'y', answers: { a: '4', b: '3' } },
];

/** Mutations of a run, the same each time; CI uses 2,000. */
const RUN_MUTATIONS = Number(process.env['RUN_MUTATIONS'] ?? 500);

/** Commands that read a run and write nothing to it. */
const COMMANDS: readonly (readonly string[])[] = [
  ['status', 'run'],
  ['status', 'run', '--json'],
  ['list', '.'],
  ['show', 'run', 'one'],
  ['failures', 'run'],
  ['summary', 'run', '--groups', '--signatures'],
  ['summary', 'run', '--fail-under', 'exact-match=0.1'],
  ['compare', 'run', '--models', 'a,b'],
  ['compare', 'run', 'other'],
  ['report', 'run', '--format', 'md', '--output', 'report.md'],
  ['report', 'run', '--format', 'html', '--output', 'report.html'],
  ['report', 'run', '--format', 'junit', '--output', 'report.xml'],
  ['export', 'run', '--format', 'csv', '--output', 'rows.csv'],
  ['export', 'run', '--format', 'json', '--output', 'rows.json'],
  ['baseline', 'run', '--output', 'baseline.json'],
];
/** Commands that load plugins, and may write. */
const writing = (run: string): readonly (readonly string[])[] => [
  ['resume', run, '--quiet'],
  ['score', run, '--evaluator', examplePlugin('exact-match'), '--quiet'],
  ['run', 'replay.json', '--quiet'],
  ['run', 'replay.json', '--dry-run', '--quiet'],
];

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function call(cwd: string, args: readonly string[]): Promise<Ended> {
  const { io, stdout, stderr } = captureIo({ cwd });
  const code = await main([...args], io);
  return { code, out: stdout(), err: stderr() };
}

let made: string;
/** Original name of the run. */
let name: string;

/** A folder with a finished run, `run`, whose name says nothing about its plan, and a copy of it. */
beforeAll(async () => {
  made = execFileSync('mktemp', ['-d', '-t', 'testbench-cli-XXXXXX'], { encoding: 'utf8' }).trim();
  await writeFile(
    join(made, 'data.jsonl'),
    RECORDS.map((record) => JSON.stringify(record)).join('\n'),
  );
  const config = {
    name: 'small',
    dataset: { path: 'data.jsonl', fields: { id: 'id', group: 'group' } },
    provider: { plugin: examplePlugin('replay'), models: ['a', 'b'] },
    evaluators: [{ plugin: examplePlugin('exact-match'), threshold: 1 }],
    maxErrors: 1,
    isolation: 'inline',
  };
  await writeFile(join(made, 'bench.json'), JSON.stringify(config));
  const { code, err } = await call(made, ['run', 'bench.json']);
  if (code !== 0) throw new Error(err);
  const { out } = await call(made, ['list', '--json']);
  const [{ run }] = JSON.parse(out) as [{ run: string }];
  name = run;
  renameSync(join(made, 'runs', run), join(made, 'run'));
  const replay = { ...config, provider: { plugin: 'replay', from: name }, outputDir: 'again' };
  await writeFile(join(made, 'replay.json'), JSON.stringify(replay));
  await cp(join(made, 'run'), join(made, 'other'), { recursive: true });
  return () => rmSync(made, { recursive: true, force: true });
});

/** Copies the run and its folder; the copy is removed after the test. */
async function copyOfMade(): Promise<string> {
  const cwd = await temporaryFolder();
  await cp(made, cwd, { recursive: true });
  return cwd;
}

/** What is wrong with how a command ended; undefined if it reported the problem, or succeeded. */
function oddity({ code, err }: Ended, what: string): string | undefined {
  if (code === 0 || code === 3) return undefined;
  const isRaw = /INTERNAL|undefined is not|not a function|Cannot read properties/.test(err);
  const isSaid = /error [A-Z_]+: |without a score|^$/.test(err);
  return isRaw || !isSaid ? `${what}: ${err}` : undefined;
}

describe(`a run whose files were changed, ${RUN_MUTATIONS} times`, () => {
  it('is read, or refused by a sentence, by every command that reads', async () => {
    const cwd = await copyOfMade();
    const run = join(cwd, 'run');
    const mutator = new RunMutator(run, readRunFiles(run), 1);
    const odd: (string | undefined)[] = [];
    for (let round = 0; round < RUN_MUTATIONS * 0.9; round += 1) {
      const done = mutator.mutate();
      const args = COMMANDS[round % COMMANDS.length]!;
      odd.push(oddity(await call(cwd, args), `${args.join(' ')}: round ${round}, ${done}`));
    }
    expect(odd.filter((each) => each !== undefined)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }, 60_000);

  it('is gone on with, scored and replayed, or refused by a sentence', async () => {
    const cwd = await copyOfMade();
    const run = join(cwd, name);
    renameSync(join(cwd, 'run'), run);
    const mutator = new RunMutator(run, readRunFiles(run), 2);
    const odd: (string | undefined)[] = [];
    for (let round = 0; round < RUN_MUTATIONS * 0.1; round += 1) {
      const done = mutator.mutate();
      const args = writing(name)[round % 4]!;
      odd.push(oddity(await call(cwd, args), `${args.join(' ')}: round ${round}, ${done}`));
    }
    expect(odd.filter((each) => each !== undefined)).toEqual([]);
  }, 60_000);
});

describe('a file of a run that is not a regular one', () => {
  const FILES = ['manifest.json', 'plan.json', 'config.json', 'summary.json', 'segments/0-3.jsonl'];
  const KINDS: Readonly<Record<string, (path: string) => void>> = {
    'a FIFO': (path) => void execFileSync('mkfifo', [path]),
    'a link to a FIFO': (path) => {
      execFileSync('mkfifo', [`${path}.fifo`]);
      symlinkSync(`${path}.fifo`, path);
    },
    'a link to an endless device': (path) => symlinkSync('/dev/zero', path),
    'a link to itself': (path) => symlinkSync(path, path),
    'a folder': (path) => mkdirSync(path),
  };
  const cases = FILES.flatMap((file) => Object.keys(KINDS).map((kind) => ({ file, kind })));

  it.each(cases)('is refused at once: $file, $kind', async ({ file, kind }) => {
    const cwd = await copyOfMade();
    const path = join(cwd, 'run', file);
    rmSync(path);
    KINDS[kind]!(path);
    for (const args of COMMANDS.filter(([command]) => command !== 'list')) {
      const ended = await call(cwd, args);
      const isRead =
        file !== 'config.json' &&
        !(file.startsWith('segments') && ['status', 'failures'].includes(args[0]!));
      const { code, err } = ended;
      const says = err.includes('not a regular file');
      expect({ args, code, says }).toEqual({ args, code: isRead ? 1 : 0, says: isRead });
    }
    renameSync(join(cwd, 'run'), join(cwd, name));
    for (const args of writing(name).slice(0, 2)) {
      expect(await call(cwd, args)).toMatchObject({
        code: 1,
        err: expect.stringContaining('not a regular file'),
      });
    }
  });

  it.each(['summary.json', 'manifest.json', 'segments'])(
    'is not written through: %s is a link',
    async (file) => {
      const cwd = await copyOfMade();
      renameSync(join(cwd, 'run'), join(cwd, name));
      const path = join(cwd, name, file);
      const victim = join(cwd, 'victim');
      if (file === 'segments') {
        renameSync(path, victim);
        writeFileSync(join(victim, '7-8.jsonl'), 'mine');
      } else {
        await copyFile(path, victim).catch(() => writeFileSync(victim, 'mine'));
        rmSync(path, { force: true });
      }
      symlinkSync(victim, path);
      const before = file === 'segments' ? readRunFiles(victim) : await readFile(victim);
      const { code, err } = await call(cwd, ['resume', name, '--quiet']);
      expect(err).toMatch(/regular file|it is a link|^$/);
      expect(file === 'segments' ? readRunFiles(victim) : await readFile(victim)).toEqual(before);
      expect(code).toBe(1);
    },
  );
});

describe('a run of which parts are those of another one', () => {
  it('is refused: a plan in the place of another, and records that the plan does not have', async () => {
    const cwd = await copyOfMade();
    await call(cwd, ['run', 'bench.json', '--quiet']);
    await call(cwd, ['run', 'bench.json', '--quiet', '--limit', '1']);
    const { out } = await call(cwd, ['list', '--json']);
    const [one, whole] = JSON.parse(out) as { run: string }[];
    await copyFile(
      join(cwd, 'runs', whole!.run, 'plan.json'),
      join(cwd, 'runs', one!.run, 'plan.json'),
    );
    const swapped = await call(cwd, ['status', join('runs', one!.run)]);
    expect(swapped.err).toContain(`its plan.json is that of "${whole!.run}"`);
    renameSync(join(cwd, 'runs', one!.run), join(cwd, 'moved'));
    expect((await call(cwd, ['status', 'moved'])).err).toContain('summary of the plan');
  });
});
