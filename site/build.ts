// Builds the documentation into `dist`, follows every link of it, and counts its pages.
//   node build.ts         fails on a broken link and on fewer than 60 pages written by hand
//   node build.ts --dev   serves it, and renders again on every change
import { fileURLToPath } from 'node:url';

import { checkLinks } from './check/links.ts';
import { countPages, LEAST_WRITTEN } from './pages/count.ts';
import { sitePages } from './pages/index.ts';

// Read when it is loaded: nothing is sent anywhere.
process.env['ASTRO_TELEMETRY_DISABLED'] = '1';
const { build, dev } = await import('astro');

const site = fileURLToPath(new URL('.', import.meta.url));

if (process.argv.includes('--dev')) await dev({ root: site });
else process.exitCode = await buildSite();

async function buildSite(): Promise<number> {
  const started = Date.now();
  await build({ root: site, logLevel: 'warn' });
  const { problems, links, hosts } = checkLinks(`${site}dist`);
  const counts = countPages(sitePages());
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
