// Looks for plugins in a folder, and reports how many it found and why others were rejected.
import { discoverPlugins } from '@testbench/registry';

const codes: string[] = [];
const found = await discoverPlugins([process.argv[2]!], {
  onProblem: (_path, { code }) => codes.push(code),
});
console.log(JSON.stringify({ found: found.length, codes }));
