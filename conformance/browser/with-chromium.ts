import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const [, , GIVEN_FOLDER, WORDS = ''] = process.argv;

/** A scenario, and the window in which it happens. */
export interface Look {
  readonly name: string;
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
}

/** What happens in one scenario. */
export interface Visit {
  /** Whether the page may request an address: any other request is a problem. */
  readonly isOwn: (url: string) => boolean;
  /** Whether an error that the browser logs is expected, such as that of an answer that the page shows. @default none is */
  readonly isExpected?: (message: string) => boolean;
  /** Of each wait. @default 30,000 */
  readonly timeoutMs?: number;
  /** Whether the screenshot shows the whole page. @default only the window */
  readonly fullPage?: boolean;
  /** Throws if the page is not as it should be. @returns What was seen. */
  readonly run: (page: Page) => Promise<string | void>;
  /** What is wrong with the page at the end. */
  readonly inspect?: (page: Page) => Promise<readonly string[]>;
}

/** Performs one scenario, and prints its outcome. */
export type Perform = (look: Look, visit: Visit) => Promise<void>;

/**
 * Performs scenarios in Chromium, each in a context of its own. The first argument of the process is the folder for screenshots, the second one
 * are words of the scenarios that are run.
 *
 * It is a problem if a page contacts anything but its own server, throws, opens a dialog, or if its policy had to block something.
 *
 * @param screenshots Default folder for screenshots. Not in git.
 * @returns The exit code.
 */
export async function withChromium(
  screenshots: URL,
  act: (perform: Perform, screenshots: string) => Promise<void>,
): Promise<number> {
  if (!existsSync(CHROMIUM)) {
    console.log(`SKIPPED: Chromium is not at ${CHROMIUM}; set CHROMIUM`);
    return 0;
  }
  const folder = GIVEN_FOLDER ?? fileURLToPath(screenshots);
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const count = { passed: 0, failed: 0 };
  try {
    await act(async (look, visit) => {
      if (!look.name.includes(WORDS)) return;
      count[(await perform(browser, folder, look, visit)) ? 'passed' : 'failed'] += 1;
    }, folder);
  } finally {
    await browser.close();
  }
  console.log(`\n${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0 ? 0 : 1;
}

async function perform(
  browser: Browser,
  screenshots: string,
  { name, width = 1280, scheme = 'light' }: Look,
  visit: Visit,
): Promise<boolean> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(visit.timeoutMs ?? 30_000);
  const page = await context.newPage();
  const problems: string[] = [];
  watch(page, visit, problems);
  const { fullPage = false } = visit;
  let said = '';
  try {
    said = (await visit.run(page)) ?? '';
    problems.push(...((await visit.inspect?.(page)) ?? []));
    const file = `${name.replaceAll(/\W+/g, '-')}.png`;
    await page.screenshot({ path: join(screenshots, file), fullPage });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    await page.screenshot({ path: join(screenshots, 'failed.png') }).catch(() => undefined);
  } finally {
    await context.close();
  }
  const isGood = problems.length === 0;
  console.log(`${isGood ? 'ok    ' : 'FAILED'}  ${name}${said === '' ? '' : `: ${said}`}`);
  for (const problem of problems) console.log(`        ${problem}`);
  return isGood;
}

function watch(page: Page, { isOwn, isExpected }: Visit, problems: string[]): void {
  page.on('request', (request) => {
    if (!isOwn(request.url())) problems.push(`asks for ${request.url()}`);
  });
  page.on('pageerror', (error) => problems.push(`throws ${error.message}`));
  page.on('dialog', (dialog) => {
    problems.push(`shows "${dialog.message()}"`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.type() !== 'error' || isExpected?.(message.text()) === true) return;
    problems.push(`says ${message.text()}`);
  });
}
