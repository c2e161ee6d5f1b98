// Opens the studio in Chromium over a made-up project, and uses it like a person, with mouse and keyboard.
// Usage: node studio/run.ts [folder for screenshots] [words of the scenarios that are run]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startStudio } from '@testbench/studio';

import { withChromium } from '../browser/with-chromium.ts';
import { writeProject } from './project.ts';
import { registries } from './registries.ts';
import { SCENARIOS } from './scenarios.ts';

process.exitCode = await withChromium(
  new URL('build', import.meta.url),
  async (perform, screenshots) => {
    const folder = mkdtempSync(join(tmpdir(), 'studio-project-'));
    try {
      await writeProject(folder);
      await using studio = await startStudio({ folder, registries });
      const origin = `http://127.0.0.1:${studio.port}`;
      for (const scenario of SCENARIOS) {
        const { isError = false, run } = scenario;
        await perform(scenario, {
          isOwn: (url) => url.startsWith(`${origin}/`) || url === 'data:,',
          isExpected: (message) => isError && message.startsWith('Failed to load resource'),
          // A busy machine is slow.
          timeoutMs: 120_000,
          fullPage: true,
          async run(page) {
            await page.goto(studio.url);
            await page.waitForSelector('h1');
            return await run(page, { folder, screenshots, origin });
          },
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
