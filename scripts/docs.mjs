// `npm run docs`: set-up, then the documentation site. `npm run docs -- --dev` serves it while you write.
import { join } from 'node:path';

import { EVERYTHING, main, setUp } from './setup.mjs';
import { pinnedNode, run } from './lib/run.mjs';
import { root } from './lib/workspace.mjs';

await main(async () => {
  await setUp('Building the documentation', EVERYTHING);
  const args = [join(root, 'site', 'build.ts'), ...process.argv.slice(2)];
  const { code } = await run(pinnedNode(), args, { show: true });
  return code;
});
