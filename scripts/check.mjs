// `npm run ok`: every check but the tests. `npm run ok -- lint types` runs only those two.
// Not imported by name: an older Node, which lacks this export, must reach the check of its version.
import os from 'node:os';

import { EVERYTHING, main, setUp } from './setup.mjs';
import { pinnedNode, runTool, run, tail } from './lib/run.mjs';

const script = (name) => () => run(pinnedNode(), [`scripts/checks/${name}.mjs`]);
const tool =
  (name, ...args) =>
  () =>
    runTool(name, args);

const checks = {
  examples: script('examples'),
  walkthroughs: script('walkthroughs'),
  blocks: script('blocks'),
  picture: () => run(pinnedNode(), ['scripts/picture.mjs']),
  'sdk-reference': script('sdk-reference'),
  packages: script('packages'),
  api: script('api'),
  types: script('types'),
  docs: tool('typedoc', '--treatWarningsAsErrors', '--logLevel', 'Warn'),
  lint: tool('oxlint', '--type-aware', '--deny-warnings'),
  architecture: script('architecture'),
  unused: tool('knip', '--no-config-hints'),
  format: tool('oxfmt', '--check', '.'),
  changesets: script('changesets'),
};

await main(async () => {
  await setUp('Checking', EVERYTHING);
  const chosen = process.argv.slice(2);
  const unknown = chosen.filter((name) => !Object.hasOwn(checks, name));
  if (unknown.length > 0) {
    console.error(`No such check: ${unknown.join(', ')}. Known: ${Object.keys(checks).join(', ')}`);
    return 1;
  }
  const queue = Object.entries(checks).filter(
    ([name]) => chosen.length === 0 || chosen.includes(name),
  );
  const total = queue.length;
  let failed = 0;
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (!(await perform(...next))) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, os.availableParallelism()) }, work));
  console.log(`\n${total - failed} checks passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

async function perform(name, check) {
  const started = Date.now();
  const { code, output } = await check();
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(13)} ${seconds.padStart(5)} s`);
  if (code !== 0) console.log(`\n${tail(output, 200)}\n`);
  return code === 0;
}
