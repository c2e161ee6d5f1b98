import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { loadBenchmarkConfig } from '@testbench/bench';
import { listRuns, type ResultRow } from '@testbench/bench/results';
import { type ModelServer, serveModels } from '@testbench/test-kit/model-server';

import type { Page } from 'playwright-core';

import { withChromium } from '../browser/with-chromium.ts';
import { keptAnswers } from '../kept-answers.ts';
import { Actor, command } from '../queue/scene.ts';
import { readRecords, recordedModels } from './recorded-models.ts';

/*
 * The examples of agents twice: as they are, from recorded answers, and with the same models behind a server on loopback, where the process is killed
 * between steps. The scores must be those computed by hand in their README, and no step whose answer had arrived may be paid for again.
 * Then the reports are opened in Chromium.
 */

const EXAMPLES = fileURLToPath(new URL('../../examples/agents', import.meta.url));
/** Right answers by model and evaluator, as computed by hand; of as many records as there are. */
const SCORES = {
  tools: {
    careful: { 'numeric-match': 8, calls: 8, 'calls-among': 8, trajectory: 8 },
    hasty: { 'numeric-match': 5, calls: 1, 'calls-among': 4, trajectory: 4 },
  },
  conversations: {
    steady: { final: 10, turns: 7.25 },
    forgetful: { final: 3, turns: 11 / 3 },
  },
} as const;
/** Answers that have to be paid for, as computed by hand: the user's questions about equal conversations are asked once. */
const ANSWERS = { tools: 17 + 18, conversations: 2 * 27 + 27 } as const;
/** Requests at which the process is killed: between steps and turns, at the first and at a late one. */
const KILLS: readonly number[] = [0, 4, 9, 17, 26, 31];
/** How long an answer may take to the disk, and how often that is looked at. */
const KEPT_MS = 20_000;
const POLL_MS = 20;
const PRICES = { input: 3, output: 15 } as const;

type Name = keyof typeof SCORES;

const problems: string[] = [];
const check = (holds: boolean, what: string): void => {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`);
  if (!holds) problems.push(what);
};

const folder = mkdtempSync(join(tmpdir(), 'testbench-agents-'));
try {
  for (const name of ['tools', 'conversations'] as const) {
    const rows = await recorded(name);
    await killed(name, rows);
  }
  const seen = await withChromium(new URL('build', import.meta.url), async (perform) => {
    await perform({ name: 'tools in a report' }, visit('tools', lookAtTools));
    await perform(
      { name: 'tools on a phone', width: 390, scheme: 'dark' },
      visit('tools', lookAtTools),
    );
    await perform({ name: 'conversations in a report' }, visit('conversations', lookAtTurns));
  });
  if (seen !== 0) problems.push('a report');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (problems.length > 0) {
  console.log(`\n${problems.length} checks failed`);
  process.exit(1);
}
console.log('\nscores as computed by hand, and nothing paid for twice');

/** The example as it is. */
async function recorded(name: Name): Promise<readonly ResultRow[]> {
  const out = join(folder, name, 'recorded');
  await testbench(['run', join(EXAMPLES, `${name}.yaml`), '--output-dir', out]);
  const rows = await rowsOf(out);
  checkScores(`${name}, recorded`, name, rows);
  return rows;
}

/** The same models behind a server, in a process that is killed. */
async function killed(name: Name, expected: readonly ResultRow[]): Promise<void> {
  const file = name === 'tools' ? 'problems.jsonl' : 'conversations.jsonl';
  const answer = recordedModels(readRecords(join(EXAMPLES, file)));
  const work = join(folder, name, 'work');
  const kills = new Set(KILLS);
  let requests = 0;
  let actor: Actor | undefined;
  await using server = await serveModels({
    prices: PRICES,
    answer,
    fault: () => {
      requests += 1;
      if (!kills.delete(requests - 1)) return undefined;
      // The answers before it may still be on their way to disk.
      void allKept(server, join(work, 'runs')).then(() => actor!.kill('SIGKILL'));
      return 'silent';
    },
  });
  await writeBenchmark(name, work, server);
  let starts = 0;
  for (;;) {
    starts += 1;
    actor = new Actor(() =>
      command(['run', 'bench.json', '--json'], work, { KEY: 'sk-test-0123456789' }),
    );
    const { code, text } = await actor.ended;
    if (code === 0) break;
    if (code !== null || starts > KILLS.length) throw new Error(text);
  }
  const rows = await rowsOf(join(work, 'runs'));
  checkScores(`${name}, behind a server, killed ${starts - 1} times`, name, rows);
  const { bill } = server;
  check(bill.answers === ANSWERS[name], `${name}: ${bill.answers} answers paid for, none twice`);
  const cost = rows.reduce((sum, { measured }) => sum + (measured?.cost ?? 0), 0);
  const user = rows.reduce(
    (sum, { measured }) =>
      sum + (measured?.user?.cached === true ? 0 : (measured?.user?.cost ?? 0)),
    0,
  );
  if (name === 'tools') {
    check(
      Math.abs(cost - bill.money) < 1e-9,
      `${name}: rows cost ${cost.toFixed(6)}, as the server says`,
    );
  } else
    check(
      user > 0 && cost > 0,
      `${name}: the user's ${user.toFixed(6)} apart from ${cost.toFixed(6)}`,
    );
  check(
    JSON.stringify(rows.map(told)) === JSON.stringify(expected.map(told)),
    `${name}: the same transcripts as recorded`,
  );
  await testbench([
    'report',
    ...(await runs(join(work, 'runs'))),
    '--format',
    'html',
    '--output',
    join(folder, `${name}.html`),
  ]);
}

/** Waits until every answer that was paid for is in the cache; at most {@link KEPT_MS}, so that a lost one shows in the bill. */
async function allKept({ bill }: ModelServer, folderOfRuns: string): Promise<void> {
  const until = performance.now() + KEPT_MS;
  while (keptAnswers(folderOfRuns) < bill.answers && performance.now() < until)
    await setTimeout(POLL_MS);
}

/** What was said, without ids and figures. */
function told({ id, model, output, ended, steps, turns, transcript }: ResultRow): unknown {
  const said = transcript?.map(({ role, content, name, error, toolCalls }) => [
    role,
    content,
    name,
    error,
    toolCalls?.map((call) => [call.name, call.arguments]),
  ]);
  return [id, model, output, ended, steps, turns, said];
}

async function writeBenchmark(name: Name, work: string, { origin }: ModelServer): Promise<void> {
  const config = await loadBenchmarkConfig(join(EXAMPLES, `${name}.yaml`));
  const asked = {
    plugin: fileURLToPath(
      new URL('../../example-plugins/openai/build/openai.wasm', import.meta.url),
    ),
    config: { base_url: `${origin}/v1` },
    permissions: { network: true, allowedHosts: [origin] },
    calls: { concurrency: 1, retries: 0 },
  };
  const { conversation, providers } = config;
  const parameters = { max_tokens: 100 };
  const provider = providers[0]!;
  const models = provider.models.map(({ name: model }) => {
    return { name: model, parameters, price: PRICES };
  });
  const user = conversation?.user && { ...conversation.user, ...asked, parameters, price: PRICES };
  const bench = {
    ...config,
    providers: [{ ...provider, ...asked, models }],
    ...(user === undefined ? {} : { conversation: { ...conversation, user } }),
    outputDir: 'runs',
    policy: 'policy.json',
    budgets: { money: 100 },
  };
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'bench.json'), JSON.stringify(bench));
  const secrets = { OPENAI_API_KEY: { env: 'KEY', hosts: [origin] } };
  writeFileSync(join(work, 'policy.json'), JSON.stringify({ secrets }));
}

function checkScores(what: string, name: Name, rows: readonly ResultRow[]): void {
  for (const [model, scores] of Object.entries(SCORES[name])) {
    const own = rows.filter((row) => row.model === model);
    for (const [evaluator, expected] of Object.entries(scores as Record<string, number>)) {
      const sum = own.reduce((total, row) => total + (row.scores[evaluator] ?? Number.NaN), 0);
      check(
        Math.abs(sum - expected) < 1e-9,
        `${what}: ${model}, ${evaluator} ${sum.toFixed(2)} of ${own.length}`,
      );
    }
  }
}

async function runs(out: string): Promise<string[]> {
  return (await listRuns(out)).map(({ path }) => path);
}

async function rowsOf(out: string): Promise<readonly ResultRow[]> {
  const rows: ResultRow[] = [];
  for (const run of await listRuns(out)) for await (const row of run.rows()) rows.push(row);
  return rows;
}

async function testbench(args: readonly string[]): Promise<void> {
  const { code, text } = await new Actor(() => command(args, folder)).ended;
  if (code !== 0) throw new Error(text);
}

function visit(name: Name, look: (page: Page) => Promise<string>) {
  return {
    isOwn: (url: string) => url.startsWith('file:'),
    run: async (page: Page) => {
      await page.goto(pathToFileURL(join(folder, `${name}.html`)).href, { waitUntil: 'commit' });
      await page.waitForSelector('#records');
      return await look(page);
    },
  };
}

async function openRecord(page: Page, text: string): Promise<string> {
  await page.getByText(text).first().click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('.transcript').first().waitFor();
  return await dialog.innerText();
}

async function lookAtTools(page: Page): Promise<string> {
  const dialog = await openRecord(page, 'What is 2 to the 16th?');
  for (const wanted of [
    'TOOL_UNKNOWN',
    'there is no tool',
    '{"result":65536}',
    'calls calculator',
    '3 steps, 1 turn, answered',
  ]) {
    if (!dialog.includes(wanted)) throw new Error(`the record does not say ${wanted}: ${dialog}`);
  }
  return 'calls, results and errors stand in the record';
}

async function lookAtTurns(page: Page): Promise<string> {
  const dialog = await openRecord(page, 'I want to book a table.');
  for (const wanted of ['User (simulated)', 'At eight.', 'ended by a stop text']) {
    if (!dialog.includes(wanted)) throw new Error(`the record does not say ${wanted}: ${dialog}`);
  }
  return 'turns stand in the record';
}
