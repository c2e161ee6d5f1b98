// Opens the studio in Chromium over a made-up project, and uses it like a person, with mouse and keyboard.
// Usage: node studio/run.ts [folder for screenshots] [words of the scenarios that are run]
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startStudio } from '@testbench/studio';
import { type Browser, chromium } from 'playwright-core';

import { writeProject } from './project.ts';
import { registries } from './registries.ts';
import type { Scenario, Studied } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Not in git. */
const SCREENSHOTS = process.argv[2] ?? fileURLToPath(new URL('build', import.meta.url));

async function main(): Promise<number> {
  if (!existsSync(CHROMIUM)) {
    console.log(`SKIPPED: Chromium is not at ${CHROMIUM}; set CHROMIUM`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'studio-project-'));
  mkdirSync(SCREENSHOTS, { recursive: true });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  let failed = 0;
  const wanted = SCENARIOS.filter(({ name }) => name.includes(process.argv[3] ?? ''));
  try {
    await writeProject(folder);
    await using studio = await startStudio({ folder, registries });
    for (const scenario of wanted) {
      if (!(await perform(browser, { studio, folder, screenshots: SCREENSHOTS }, scenario)))
        failed += 1;
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
  console.log(`\n${wanted.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function perform(browser: Browser, studied: Studied, scenario: Scenario): Promise<boolean> {
  const { name, width = 1280, scheme = 'light', isError = false, run } = scenario;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  // A busy machine is slow.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const origin = `http://127.0.0.1:${studied.studio.port}`;
  const problems: string[] = [];
  // It is an error if a page contacts anything but its own server, or if its policy had to block something.
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && url !== 'data:,') problems.push(`asks for ${url}`);
  });
  page.on('pageerror', (error) => problems.push(`throws ${error.message}`));
  page.on('console', (message) => {
    const isAnswer = isError && message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) problems.push(`says ${message.text()}`);
  });
  let said = '';
  try {
    await page.goto(studied.studio.url);
    await page.waitForSelector('h1');
    said = (await run(page, { ...studied, origin })) ?? '';
    await page.screenshot({
      path: join(studied.screenshots, `${name.replaceAll(/\W+/g, '-')}.png`),
      fullPage: true,
    });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    await page.screenshot({ path: join(studied.screenshots, 'failed.png') });
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
