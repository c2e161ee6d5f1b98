// Packs every public package as it would be published and checks the archive: publint reads
// package.json, attw resolves the types the way TypeScript does in each of its modes.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runTool, tail } from '../lib/run.mjs';
import { root, workspacePackages } from '../lib/workspace.mjs';

const archives = mkdtempSync(join(tmpdir(), 'testbench-pack-'));
let failures = 0;

for (const { folder, manifest } of workspacePackages()) {
  if (manifest.private === true) continue;
  const target = join(archives, folder.replaceAll('/', '-'));
  await must(folder, 'pnpm', ['pack', '--pack-destination', target], join(root, folder));
  const archive = join(target, readdirSync(target).find((name) => name.endsWith('.tgz')) ?? '');
  await must(folder, 'publint', ['run', archive, '--strict']);
  // AssemblyScript sources are no JavaScript: there are no types to resolve.
  if (folder.startsWith('packages/')) {
    await must(folder, 'attw', [archive, '--profile', 'esm-only', '--format', 'ascii']);
  }
}
rmSync(archives, { recursive: true });
process.exitCode = failures === 0 ? 0 : 1;

async function must(folder, tool, args, cwd = root) {
  const { code, output } = await runTool(tool, args, { cwd, env: { NO_COLOR: '1' } });
  if (code === 0) return;
  failures += 1;
  console.error(`${folder}: ${tool} says\n${tail(output, 40)}\n`);
}
