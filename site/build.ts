// Builds the documentation into `dist`, follows every link of it, and counts its pages.
//   node build.ts         fails on a broken link and on fewer than 60 pages written by hand
//   node build.ts --dev   serves it, and renders again on every change of docs/
import { cpSync, existsSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { checkLinks } from './check/links.ts';
import { buildApi } from './generate/api.ts';
import { writeForModels } from './generate/for-models.ts';
import { type SiteContent, writeContent } from './pages/content-file.ts';
import { countPages, LEAST_WRITTEN } from './pages/count.ts';
import { ROOT, siteContent } from './pages/index.ts';
import { PLAYGROUND } from './pages/playground.ts';

// Astro reads it when it is loaded: its telemetry is off, nothing is sent anywhere.
process.env['ASTRO_TELEMETRY_DISABLED'] = '1';
const site = fileURLToPath(new URL('.', import.meta.url));
const dist = join(site, 'dist');

if (process.argv.includes('--dev')) await serveSite();
else process.exitCode = await buildSite();

async function buildSite(): Promise<number> {
  const started = Date.now();
  const content = await siteContent();
  writeContent(content);
  const { build } = await import('astro');
  rmSync(dist, { recursive: true, force: true });
  await build({ root: site, logLevel: 'error' });
  await addFiles(content);
  const { problems: broken, links, hosts } = checkLinks(dist);
  const problems = [...content.problems, ...broken];
  const counts = countPages(content.pages);
  for (const problem of problems) console.error(problem);
  console.log(`\n${links} links followed, ${problems.length} broken`);
  console.log(`Other hosts that pages link to: ${[...hosts].toSorted().join(', ')}`);
  console.log(`${counts.written} pages written by hand, ${counts.generated} others`);
  console.log(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  if (counts.written < LEAST_WRITTEN) {
    console.error(
      `Cannot accept the site: at least ${LEAST_WRITTEN} pages are to be written by hand`,
    );
    return 1;
  }
  return problems.length === 0 ? 0 : 1;
}

/** What Astro does not make: pictures, the reference of the packages, the playground, texts for models. */
async function addFiles(content: SiteContent): Promise<void> {
  const pictures = join(ROOT, 'docs/pictures');
  if (existsSync(pictures)) cpSync(pictures, join(dist, 'pictures'), { recursive: true });
  await buildApi(ROOT, join(dist, 'api'));
  if (existsSync(PLAYGROUND)) cpSync(PLAYGROUND, join(dist, 'playground'), { recursive: true });
  writeForModels(content.pages, dist);
}

async function serveSite(): Promise<void> {
  writeContent(await siteContent());
  const { dev } = await import('astro');
  await dev({ root: site });
  watch(join(ROOT, 'docs'), { recursive: true }, () => {
    siteContent().then(writeContent, (error: unknown) => console.error(error));
  });
}
