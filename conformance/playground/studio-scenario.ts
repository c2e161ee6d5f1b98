import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startStudio } from '@testbench/studio';
import { linkPackages } from '@testbench/test-kit/author-project';
import type { Page } from 'playwright-core';

import { insist } from '../browser/insist.ts';
import { buildMetric, runOver } from './build-metric.ts';
import { GSM8K } from './playground-scenarios.ts';

const cli = fileURLToPath(new URL('../../packages/cli/bin/testbench.js', import.meta.url));

/** In the studio: the metric built by form, run, saved, and built again by the command, with the same digest. */
export async function saveInStudio(page: Page): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'studio-author-'));
  linkPackages(folder);
  if (existsSync(GSM8K)) copyFileSync(GSM8K, join(folder, 'gsm8k.jsonl'));
  try {
    await using studio = await startStudio({ folder });
    await page.goto(studio.url);
    await page.goto(new URL('/editor', studio.url).href);
    if (existsSync(GSM8K)) {
      await page
        .getByRole('combobox', { name: 'Records of', exact: true })
        .selectOption('gsm8k.jsonl');
      await buildMetric(page);
    } else await page.getByRole('button', { name: 'Load the example' }).click();
    const right = await runOver(page, 100);
    await page.getByLabel('Name of the project').fill('gsm8k-answer');
    await page.getByRole('button', { name: 'Save and build' }).click();
    const saved = page.getByText(/^Built, \d+ bytes/);
    await saved.waitFor();
    const digest = /sha256:[0-9a-f]{64}/.exec((await saved.textContent()) ?? '')?.[0];
    const project = join(folder, 'plugins/gsm8k-answer');
    rmSync(join(project, 'build'), { recursive: true });
    execFileSync(process.execPath, [cli, 'build'], { cwd: project, stdio: 'pipe' });
    const bytes = readFileSync(join(project, 'build/gsm8k-answer.wasm'));
    const built = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    insist(built === digest, `testbench build gives ${built}, the studio ${digest}`);
    await page.getByRole('button', { name: 'Save and build' }).click();
    await page
      .getByRole('alert')
      .getByText(/it is there already/)
      .waitFor();
    return `${right}, saved and built again: ${built}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
