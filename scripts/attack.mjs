// `npm run attack`: set-up, then every row of the attack catalogue. `npm run attack -- --row 9 --mode process` runs a part.
import { main, setUp } from './setup.mjs';
import { pinnedNode, run } from './lib/run.mjs';

await main(async () => {
  await setUp('Attacking', '@testbench/attack');
  const args = ['--no-warnings', 'attack/src/run.ts', ...process.argv.slice(2)];
  const { code } = await run(pinnedNode(), args, { show: true });
  return code;
});
