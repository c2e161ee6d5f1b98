// `npm start`: set-up, then the shipped example.
import { main, setUp } from './setup.mjs';
import { pinnedNode, run } from './lib/run.mjs';

await main(async () => {
  await setUp('Running the example', '@testbench/example-arithmetic');
  const args = ['packages/cli/bin/testbench.js', 'run', 'examples/arithmetic/testbench.yaml'];
  const { code } = await run(pinnedNode(), [...args, ...process.argv.slice(2)], { show: true });
  return code;
});
