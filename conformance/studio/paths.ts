import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { insist, textOf } from '../browser/insist.ts';
import { HAS_PLUGINS } from './project.ts';
import type { Scenario } from './scenario.ts';

/** What people do, one path after the other. */
export const PATHS: readonly Scenario[] = [
  {
    name: 'takes the token out of the address',
    async run(page) {
      insist(!page.url().includes('token'), page.url());
      await page.waitForSelector('table');
      const names = await page.locator('nav[aria-label=Pages] a').allInnerTexts();
      insist(names.includes('Runs') && names.includes('Analytics'), names.join());
      return names.join(', ');
    },
  },
  {
    name: 'finds a run, opens it, and goes down to a record',
    async run(page) {
      await page.waitForSelector('table');
      await page.fill('#run-words', 'befor');
      insist((await textOf(page, '.status')).startsWith('1 of'), await textOf(page, '.status'));
      await page.getByRole('link', { name: 'runs/before' }).click();
      await page.waitForSelector('.list li .record-text > bdi:not(:empty)');
      await page.locator('.list li button').nth(2).click();
      await page.waitForSelector('dialog[open] .answer');
      insist((await textOf(page, '#record-title')).includes('problem-00002'), 'another record');
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction(() =>
        document.querySelector('#record-title')?.textContent?.includes('problem-00003'),
      );
      insist(new URL(page.url()).search.includes('run='), page.url());
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog:not([open])', { state: 'attached' });
    },
  },
  {
    name: 'follows a run that another process writes',
    async run(page, { folder, screenshots }) {
      const half = join(folder, 'runs/half');
      const rows = join(half, 'segments/.testbench-0000.tmp');
      try {
        await page.waitForSelector('text=40 of 100 records');
        writeFileSync(join(half, 'lock'), JSON.stringify({ host: hostname(), pid: process.pid }));
        writeFileSync(rows, '{}\n'.repeat(20));
        await page.waitForSelector('text=50 of 100 records');
        await page.waitForSelector('.tag:has-text("running")');
        await page.getByRole('link', { name: 'runs/half' }).click();
        await page.waitForSelector('.live >> text=50 of 100 records');
        appendFileSync(rows, '{}\n'.repeat(6));
        await page.waitForSelector('.live >> text=53 of 100 records');
        await page.screenshot({ path: join(screenshots, 'live.png') });
      } finally {
        rmSync(rows, { force: true });
        rmSync(join(half, 'lock'), { force: true });
      }
      await page.waitForSelector('.live >> text=40 of 100 records');
    },
  },
  {
    name: 'compares two runs that are ticked in the list',
    async run(page) {
      await page.waitForSelector('table');
      await page.getByLabel('compare runs/before').check();
      await page.getByLabel('compare runs/after').check();
      await page.getByRole('button', { name: 'Compare two' }).click();
      await page.waitForSelector('section[aria-labelledby="comparison"]');
      const table = await textOf(page, 'section[aria-labelledby="comparison"]');
      insist(/exact-match/.test(table) && /pp/.test(table), table);
      await page.getByRole('button', { name: /A right, B wrong/ }).click();
      await page.waitForFunction(() => location.hash.includes('cell=right-wrong'));
      await page.getByRole('button', { name: 'Swap A and B' }).click();
      await page.waitForURL(/run=runs%2Fafter&run=runs%2Fbefore/);
      await page.waitForSelector('section[aria-labelledby="comparison"]');
      return table.slice(0, 90);
    },
  },
  {
    name: 'leafs through a data set and finds records',
    async run(page, { origin }) {
      await page.getByRole('link', { name: 'Data' }).click();
      await page.getByRole('link', { name: 'data/sums.jsonl' }).click();
      await page.waitForSelector('text=130 records, jsonl: 1 to 50');
      await page.getByRole('button', { name: 'Next' }).click();
      await page.waitForSelector('text=51 to 100');
      await page.getByRole('button', { name: 'Previous' }).click();
      await page.waitForSelector('text=: 1 to 50');
      await page.fill('#record-words', 'ODD problem-127');
      await page.keyboard.press('Enter');
      await page.waitForSelector('text=128 to 128');
      await page.getByRole('button', { name: '128' }).click();
      insist((await textOf(page, 'section.card')).includes('What is 127 + 127?'), 'another record');
      await page.goto(`${origin}/data?path=data/words.csv`);
      await page.waitForSelector('text=river, wide');
      await page.goto(`${origin}/data?path=data/parts.parquet`);
      await page.waitForSelector('text=parquet: 1 to');
    },
  },
  {
    name: 'labels answers by keyboard and says how far judges agree',
    async run(page, { folder, screenshots }) {
      await page.getByRole('link', { name: 'runs/before' }).click();
      await page.getByRole('link', { name: 'Label', exact: true }).click();
      await page.waitForSelector('#labelling');
      await page.fill('#label-who', 'ana');
      await page.locator('h1').click();
      for (let number = 1; number <= 6; number += 1) {
        await page.waitForSelector(`#labelling:has-text("Answer ${number} ")`);
        await page.keyboard.press(number % 3 === 0 ? '0' : '1');
      }
      await page.waitForSelector('text=6 labels');
      await page.keyboard.press('ArrowLeft');
      await page.waitForSelector('#labelling:has-text("Answer 6 ")');
      await page.waitForSelector('.tag:has-text("ana: 0")');
      const table = await textOf(page, 'section[aria-labelledby="agreement"] table');
      insist(/exact-match 6 \d+\.\d % \d+\.\d %/.test(table), table);
      const file = join(folder, 'labels/before.jsonl');
      insist(existsSync(file), 'there is no file of labels');
      const [first] = readFileSync(file, 'utf8').split('\n');
      insist(/"who":"ana"/.test(first!) && /"when":"20/.test(first!), first!);
      await page.screenshot({ path: join(screenshots, 'labels.png'), fullPage: true });
      return table.slice(0, 80);
    },
  },
  {
    name: 'says what is wrong where a run cannot be scored again',
    async run(page, { origin }) {
      await page.goto(`${origin}/score?run=runs/before`);
      await page.fill('form input >> nth=0', 'no-such-plugin');
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      await page.waitForSelector('[role=alert]');
      const said = await textOf(page, '[role=alert]');
      insist(said.startsWith('Cannot'), said);
      return said.slice(0, 80);
    },
    isError: true,
  },
  {
    name: 'scores a run again with another evaluator',
    async run(page) {
      if (!HAS_PLUGINS) return 'SKIPPED: build the example plugins first';
      await page.getByRole('link', { name: /runs\/real-/ }).click();
      await page.getByRole('link', { name: 'Score again' }).click();
      await page.fill('form input >> nth=0', 'plugins/contains.wasm');
      await page.fill('form input >> nth=1', 'mentions');
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      await page.waitForURL(/\/run\?run=/);
      await page.waitForSelector('.list li');
      const scores = await textOf(page, '#app');
      insist(scores.includes('mentions') && scores.includes('exact-match'), 'no new scores');
      await page.getByRole('link', { name: 'Plugins' }).click();
      await page.waitForSelector('.plugin:has-text("contains")');
      const card = await textOf(page, '.plugin:has-text("contains")');
      insist(card.includes('fuel per call'), card);
      return card.slice(0, 100);
    },
  },
  {
    name: 'shows plugins and asks registries only when asked',
    async run(page, { screenshots }) {
      await page.getByRole('link', { name: 'Plugins' }).click();
      await page.waitForSelector('[role=status]');
      insist(!(await page.content()).includes('acme/exact-match'), 'it asked by itself');
      await page.getByRole('button', { name: 'Ask the registries' }).click();
      await page.waitForSelector('text=acme/exact-match');
      const card = await textOf(page, '.plugin:has-text("acme/exact-match")');
      insist(card.includes('asks for network') && card.includes('<b>texts</b>'), card);
      await page.getByRole('button', { name: /Who vouches for acme/ }).click();
      await page.waitForSelector('text=12 of 12 golden cases');
      await page.getByLabel('Without permissions').check();
      await page.waitForSelector('text=acme/exact-match', { state: 'detached' });
      await page.getByLabel('Without permissions').uncheck();
      await page.screenshot({ path: join(screenshots, 'plugins.png'), fullPage: true });
    },
  },
  {
    name: 'adds up what plugins did',
    async run(page) {
      await page.getByRole('link', { name: 'Analytics' }).click();
      await page.waitForSelector('table');
      const table = await textOf(page, 'table');
      insist(/replay 0\.1\.0 provider \d+ \d+/.test(table), table);
      return table.slice(-80);
    },
  },
  {
    name: 'goes everywhere by keyboard',
    async run(page) {
      await page.waitForSelector('table');
      await page.keyboard.press('Tab');
      insist(
        (await page.evaluate(() => document.activeElement?.textContent)) === 'Skip to the content',
        'no skip link',
      );
      const seen = new Set<string>();
      for (let count = 0; count < 30; count += 1) {
        await page.keyboard.press('Tab');
        seen.add(await page.evaluate(() => document.activeElement?.textContent ?? ''));
      }
      for (const name of ['Compare', 'Analytics', 'runs/before']) {
        insist(seen.has(name), `${name} cannot be reached`);
      }
      return `${seen.size} places`;
    },
  },
  {
    name: 'shows hostile texts as texts, on every page',
    async run(page, { origin }) {
      for (const path of [
        '/',
        '/run?run=runs/hostile',
        '/labels?run=runs/hostile',
        '/data?path=data/hostile.jsonl',
        '/plugins',
        '/analytics',
        '/run?run=<img src=x onerror=owned()>',
      ]) {
        await page.goto(origin + path);
        await page.waitForSelector('table, .list li, #labelling, .gallery, [role=alert]');
        const strange = await page.evaluate(
          () => document.querySelectorAll('main :is(img, script, iframe, object, embed)').length,
        );
        insist(strange === 0, `${strange} elements of strangers at ${path}`);
      }
    },
    isError: true,
  },
];
