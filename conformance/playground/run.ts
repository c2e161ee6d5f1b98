// The editor and the visual builder in Chromium, used as a person would: in the playground, as files of a static server, and in the studio.
// Usage: node playground/run.ts [folder for screenshots]. Packages must be built.
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

import { findAxeProblems } from './axe.ts';
import { serveFolder } from './serve-folder.ts';
import { PLAYGROUND, type Scenario } from './playground-scenarios.ts';
import { saveInStudio } from './studio-scenario.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const DIST = fileURLToPath(new URL('../../packages/studio/dist/playground', import.meta.url));
/** Not in git. */
const SCREENSHOTS = process.argv[2] ?? fileURLToPath(new URL('build', import.meta.url));

async function main(): Promise<number> {
  if (!existsSync(CHROMIUM)) {
    console.log(`SKIPPED: Chromium is not at ${CHROMIUM}; set CHROMIUM`);
    return 0;
  }
  mkdirSync(SCREENSHOTS, { recursive: true });
  const { url, server } = await serveFolder(DIST);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  let failed = 0;
  try {
    for (const scenario of PLAYGROUND) {
      const { name, width = 1280, scheme = 'light' } = scenario;
      const options = { viewport: { width, height: 900 }, colorScheme: scheme };
      if (!(await perform(browser, name, options, url, scenario.run))) failed += 1;
    }
    if (!(await perform(browser, 'studio', {}, undefined, saveInStudio))) failed += 1;
  } finally {
    await browser.close();
    server.close();
  }
  console.log(`\n${PLAYGROUND.length + 1 - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function perform(
  browser: Browser,
  name: string,
  options: BrowserContextOptions,
  url: string | undefined,
  run: Scenario['run'],
): Promise<boolean> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  // On a machine that does other work, a compilation takes a minute.
  context.setDefaultTimeout(180_000);
  const page = await context.newPage();
  const problems: string[] = [];
  watch(page, problems);
  let said = '';
  try {
    if (url !== undefined) await page.goto(url);
    said = await run(page);
    problems.push(...(await findAxeProblems(page)));
    await page.screenshot({
      path: `${SCREENSHOTS}/${name.replaceAll(/\W+/g, '-')}.png`,
      fullPage: true,
    });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    await page.screenshot({ path: `${SCREENSHOTS}/failed.png` }).catch(() => undefined);
  } finally {
    await context.close();
  }
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${name}: ${said}`);
  for (const problem of problems) console.log(`        ${problem}`);
  return problems.length === 0;
}

/** It is an error if a page contacts anything but its own server, or if its policy had to block something. */
function watch(page: Page, problems: string[]): void {
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOwn = hostname === '127.0.0.1' || protocol === 'data:' || protocol === 'blob:';
    if (!isOwn) problems.push(`asks for ${request.url()}`);
  });
  page.on('pageerror', (error) => problems.push(`throws ${error.message}`));
  page.on('dialog', (dialog) => {
    problems.push(`shows "${dialog.message()}"`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // A conflict is an answer that the page displays.
    if (message.type() === 'error' && !/status of 409/.test(message.text())) {
      problems.push(`says ${message.text()}`);
    }
  });
}

process.exitCode = await main();
