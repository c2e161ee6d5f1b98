// Type-checks every package in the order of their references, then all tests in one go.
import { runTool } from '../lib/run.mjs';

// Declarations are what the build emits too; without the flag JavaScript would land next to the bundles.
const packages = ['-b', 'tsconfig.packages.json', '--emitDeclarationOnly'];
const tests = ['-p', 'tsconfig.json'];
for (const args of [packages, tests]) {
  const { code } = await runTool('tsc6', [...args, '--pretty', 'false'], { show: true });
  if (code !== 0) process.exitCode = 1;
}
