// Type-checks every package in the order of their references, then all tests at once.
import { runTool } from '../lib/run.mjs';

// The build emits declarations too; without the flag, JavaScript would be written next to the bundles.
const packages = ['-b', 'tsconfig.packages.json', '--emitDeclarationOnly'];
const tests = ['-p', 'tsconfig.json'];
for (const args of [packages, tests]) {
  const { code } = await runTool('tsc6', [...args, '--pretty', 'false'], { show: true });
  if (code !== 0) process.exitCode = 1;
}
