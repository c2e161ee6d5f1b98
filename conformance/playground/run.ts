// The editor and the visual builder in Chromium, used as a person would: in the playground, as files of a static server, and in the studio.
// Usage: node playground/run.ts [folder for screenshots] [words of the scenarios that are run]. Packages must be built.
import { fileURLToPath } from 'node:url';

import { findByAxe } from '../browser/axe.ts';
import { serveFolder } from '../browser/serve-folder.ts';
import { type Visit, withChromium } from '../browser/with-chromium.ts';
import { PLAYGROUND } from './playground-scenarios.ts';
import { saveInStudio } from './studio-scenario.ts';

const DIST = fileURLToPath(new URL('../../packages/studio/dist/playground', import.meta.url));
const BASE = '/docs/playground/';

const visit = (run: Visit['run']): Visit => ({
  isOwn(url) {
    const { protocol, hostname } = new URL(url);
    return hostname === '127.0.0.1' || protocol === 'data:' || protocol === 'blob:';
  },
  // A conflict is an answer that the page displays.
  isExpected: (message) => message.includes('status of 409'),
  // On a machine that does other work, a compilation takes a minute.
  timeoutMs: 180_000,
  fullPage: true,
  run,
  inspect: async (page) => (await findByAxe(page)).serious,
});

process.exitCode = await withChromium(new URL('build', import.meta.url), async (perform) => {
  await using server = await serveFolder(DIST, BASE);
  for (const scenario of PLAYGROUND) {
    await perform(
      scenario,
      visit(async (page) => {
        await page.goto(server.origin + BASE);
        return await scenario.run(page);
      }),
    );
  }
  await perform({ name: 'studio' }, visit(saveInStudio));
});
