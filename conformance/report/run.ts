// Opens reports from file:// in Chromium and uses them like a reader: looks, searches, filters, opens records, with mouse and keyboard.
// Usage: node report/run.ts [folder for screenshots]
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { type Browser, chromium } from 'playwright-core';

import {
  hostileRun,
  hugeRun,
  judgedRun,
  largeRun,
  runWithPlugin,
  smallRun,
  twoRuns,
  writePage,
} from './pages.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Not in git. */
const SCREENSHOTS = process.argv[2] ?? fileURLToPath(new URL('build', import.meta.url));

async function main(): Promise<number> {
  if (!existsSync(CHROMIUM)) {
    console.log(`SKIPPED: Chromium is not at ${CHROMIUM}; set CHROMIUM`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'report-pages-'));
  mkdirSync(SCREENSHOTS, { recursive: true });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  let failed = 0;
  try {
    await writePage(join(folder, 'large.html'), [largeRun()]);
    await writePage(join(folder, 'small.html'), [smallRun()]);
    await writePage(join(folder, 'judged.html'), [judgedRun()], [], { 'exact-match': 'human' });
    await writePage(join(folder, 'two.html'), twoRuns());
    await writePage(join(folder, 'hostile.html'), [hostileRun()]);
    const [run, plugin] = runWithPlugin();
    await writePage(join(folder, 'plugins.html'), [run], [plugin]);
    await writePage(join(folder, 'huge.html'), [hugeRun()]);
    for (const scenario of SCENARIOS) {
      if (!(await perform(browser, folder, scenario))) failed += 1;
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
  console.log(`\n${SCENARIOS.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function perform(browser: Browser, folder: string, scenario: Scenario): Promise<boolean> {
  const { name, file, width = 1280, scheme = 'light', run } = scenario;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  // It is an error if a page requests anything from the network, or if its policy had to block something.
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) problems.push(`asks for ${request.url()}`);
  });
  page.on('pageerror', (error) => problems.push(`throws ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`says ${message.text()}`);
  });
  let said = '';
  try {
    await page.goto(pathToFileURL(join(folder, file)).href, { waitUntil: 'commit' });
    await page.waitForSelector('#records');
    said = (await run(page, SCREENSHOTS)) ?? '';
    await page.screenshot({ path: join(SCREENSHOTS, `${name.replaceAll(/\W+/g, '-')}.png`) });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await context.close();
  }
  console.log(
    `${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${name}${said === '' ? '' : `: ${said}`}`,
  );
  for (const problem of problems) console.log(`        ${problem}`);
  return problems.length === 0;
}

process.exitCode = await main();
