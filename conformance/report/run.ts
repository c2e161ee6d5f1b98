// Opens reports from file:// in Chromium and uses them like a reader: looks, searches, filters, opens records, with mouse and keyboard.
// Usage: node report/run.ts [folder for screenshots] [words of the scenarios that are run]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { withChromium } from '../browser/with-chromium.ts';
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
import { SCENARIOS } from './scenarios.ts';

process.exitCode = await withChromium(
  new URL('build', import.meta.url),
  async (perform, screenshots) => {
    const folder = mkdtempSync(join(tmpdir(), 'report-pages-'));
    try {
      await writePages(folder);
      for (const scenario of SCENARIOS) {
        await perform(scenario, {
          isOwn: (url) => url.startsWith('file:'),
          async run(page) {
            const { href } = pathToFileURL(join(folder, scenario.file));
            await page.goto(href, { waitUntil: 'commit' });
            await page.waitForSelector('#records');
            return await scenario.run(page, screenshots);
          },
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

async function writePages(folder: string): Promise<void> {
  await writePage(join(folder, 'large.html'), [largeRun()]);
  await writePage(join(folder, 'small.html'), [smallRun()]);
  await writePage(join(folder, 'judged.html'), [judgedRun()], [], { 'exact-match': 'human' });
  await writePage(join(folder, 'two.html'), twoRuns());
  await writePage(join(folder, 'hostile.html'), [hostileRun()]);
  const [run, plugin] = runWithPlugin();
  await writePage(join(folder, 'plugins.html'), [run], [plugin]);
  await writePage(join(folder, 'huge.html'), [hugeRun()]);
}
