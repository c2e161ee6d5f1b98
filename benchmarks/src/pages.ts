// P14: how long Chromium takes to show a report of 50,000 rows from file://, and to search it for the first time.
//   node src/pages.ts [--rounds 5]
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { createHtmlReporter } from '@testbench/report';
import { reportRuns } from '@testbench/report/runs';
import { type Browser, chromium } from 'playwright-core';

import { generateRun } from '../../packages/report/src/__fixtures__/generated-run.ts';
import { reportFigure } from './figures.ts';
import { median } from './statistics.ts';
import { TARGETS } from './targets.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: { rounds: { type: 'string', default: '5' } },
});
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

async function writePage(file: string): Promise<void> {
  const handle = openSync(file, 'w');
  const write = (text: string): void => void writeSync(handle, text);
  const run = generateRun({ records: 50_000, models: ['m'], promptCharacters: 300 });
  await reportRuns([run], [createHtmlReporter({ write })]);
  closeSync(handle);
}

async function measure(browser: Browser, file: string): Promise<[shown: number, search: number]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  try {
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('.list li');
    const shown = await page.evaluate(
      () => performance.getEntriesByName('report-shown')[0]!.startTime,
    );
    await page.fill('#search', 'the answer is 123');
    const found = await page.waitForSelector('[data-search-ms]');
    return [shown, Number(await found.getAttribute('data-search-ms'))];
  } finally {
    await page.close();
  }
}

if (existsSync(CHROMIUM)) {
  const folder = mkdtempSync(join(tmpdir(), 'report-benchmark-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const file = join(folder, 'report.html');
    await writePage(file);
    const rounds: [number, number][] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      rounds.push(await measure(browser, file));
    }
    const tell = (
      name: string,
      all: readonly number[],
      figure: 'P14 shown' | 'P14 searched',
    ): void => {
      reportFigure(figure, median(all));
      const target = TARGETS[figure].atMost;
      const spread = `${Math.round(Math.min(...all))} to ${Math.round(Math.max(...all))}`;
      const met = median(all) <= target ? 'yes' : 'NO';
      console.log(
        `${name.padEnd(14)} ${Math.round(median(all))} ms (${spread}), target ${target}: ${met}`,
      );
    };
    console.log(
      `P14, 50,000 rows, ${(statSync(file).size / 1e6).toFixed(1)} MB, ${rounds.length} rounds`,
    );
    tell(
      'first view',
      rounds.map(([shown]) => shown),
      'P14 shown',
    );
    tell(
      'first search',
      rounds.map(([, search]) => search),
      'P14 searched',
    );
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
} else {
  console.log(`SKIPPED: Chromium is not at ${CHROMIUM}; set CHROMIUM`);
}
