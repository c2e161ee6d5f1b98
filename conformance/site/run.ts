// Opens the built documentation in Chromium and uses it like a reader: looks, searches, follows links, on a desktop and on a phone.
// Usage: node site/run.ts [folder for screenshots] [words of the scenarios that are run]; `npm run docs` builds what it opens.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';

import { findByAxe } from '../browser/axe.ts';
import { insistOnFit } from '../browser/insist.ts';
import { serveFolder } from '../browser/serve-folder.ts';
import { withChromium } from '../browser/with-chromium.ts';
import { SCENARIOS } from './scenarios.ts';

const SITE = fileURLToPath(new URL('../../site/dist', import.meta.url));

process.exitCode = await withChromium(new URL('build', import.meta.url), async (perform) => {
  if (!existsSync(join(SITE, 'index.html'))) {
    throw new Error(`Cannot open ${SITE}: build it first, by npm run docs`);
  }
  const hasPlayground = existsSync(join(SITE, 'playground/index.html'));
  if (!hasPlayground) console.log('SKIPPED: the playground is not built');
  await using server = await serveFolder(SITE);
  for (const scenario of SCENARIOS) {
    const { address, run } = scenario;
    if (address === '/playground/' && !hasPlayground) continue;
    await perform(scenario, {
      isOwn: (url) => /^(?:data|blob):/.test(url) || new URL(url).origin === server.origin,
      // The browser reports this for the page that does not exist.
      isExpected: (message) => message.includes('404'),
      timeoutMs: 15_000,
      async run(page) {
        await page.goto(server.origin + address, { waitUntil: 'load' });
        return await run?.(page);
      },
      // Typedoc makes these pages.
      ...(!address.startsWith('/api/') && { inspect }),
    });
  }
});

/** What is wrong with a page for readers. */
async function inspect(page: Page): Promise<readonly string[]> {
  await insistOnFit(page);
  return (await findByAxe(page)).serious;
}
