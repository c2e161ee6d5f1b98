// Opens the built documentation in Chromium and uses it like a reader: looks, searches, follows links, on a desktop and on a phone.
// Usage: node site/run.ts [folder for screenshots]; `npm run docs` builds what it opens.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Browser, chromium, type Page } from 'playwright-core';

import { SCENARIOS, type Scenario } from './scenarios.ts';
import { serveFolder } from './serve.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Not in git. */
const SCREENSHOTS = process.argv[2] ?? fileURLToPath(new URL('build', import.meta.url));
const SITE = fileURLToPath(new URL('../../site/dist', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function main(): Promise<number> {
  if (!existsSync(CHROMIUM)) {
    console.log(`SKIPPED: Chromium is not at ${CHROMIUM}; set CHROMIUM`);
    return 0;
  }
  if (!existsSync(join(SITE, 'index.html'))) {
    console.error(`Cannot open ${SITE}: build it first, by npm run docs`);
    return 1;
  }
  const hasPlayground = existsSync(join(SITE, 'playground/index.html'));
  if (!hasPlayground) console.log('SKIPPED: the playground is not built');
  const scenarios = SCENARIOS.filter(({ address }) => hasPlayground || address !== '/playground/');
  mkdirSync(SCREENSHOTS, { recursive: true });
  const { origin, server } = await serveFolder(SITE);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  let failed = 0;
  try {
    for (const scenario of scenarios) {
      if (!(await perform(browser, origin, scenario))) failed += 1;
    }
  } finally {
    await browser.close();
    server.close();
  }
  console.log(`\n${scenarios.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function perform(browser: Browser, origin: string, scenario: Scenario): Promise<boolean> {
  const { name, address, width = 1280, scheme = 'light', run } = scenario;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems: string[] = [];
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin) {
      problems.push(`asks for ${request.url()}`);
    }
  });
  page.on('pageerror', (error) => problems.push(`throws ${error.message}`));
  page.on('console', (message) => {
    // The browser reports this for the page that does not exist.
    if (message.type() === 'error' && !/404/.test(message.text()))
      problems.push(`says ${message.text()}`);
  });
  let said = '';
  try {
    await page.goto(`${origin}${address}`, { waitUntil: 'load' });
    said = (await run?.(page)) ?? '';
    // Typedoc makes these pages.
    if (!address.startsWith('/api/')) problems.push(...(await problemsOf(page)));
    await page.screenshot({ path: join(SCREENSHOTS, `${name.replaceAll(/\W+/g, '-')}.png`) });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await context.close();
  }
  console.log(
    `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}${said === '' ? '' : `: ${said}`}`,
  );
  for (const problem of problems) console.log(`       ${problem}`);
  return problems.length === 0;
}

/** What is wrong with a page for readers: axe's findings, and horizontal scrolling. */
async function problemsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations } = await axe.run();
    const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
    const serious = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `axe: ${id}: ${nodes
            .slice(0, 3)
            .map((node) => node.html.slice(0, 160))
            .join(' | ')}`,
      );
    return wide ? [...serious, 'it scrolls sideways'] : serious;
  });
  return found;
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

process.exitCode = await main();
