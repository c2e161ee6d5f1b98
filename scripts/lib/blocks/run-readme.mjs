import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pinnedNode, run, tail } from '../run.mjs';
import { root } from '../workspace.mjs';
import { blocksOf } from './read-blocks.mjs';

/** The files that the commands of README.md read. */
const SEEN = ['example-plugins', 'examples', 'node_modules', 'packages'];

/**
 * Runs the commands of README.md, one block after the other, like someone who follows it; npm commands are left out, since they
 * run in CI anyway. The commands write to a temporary folder.
 *
 * @returns What went wrong.
 */
export async function runReadme() {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  try {
    for (const name of SEEN) symlinkSync(join(root, name), join(folder, name));
    const blocks = blocksOf('README.md', readFileSync(join(root, 'README.md'), 'utf8'));
    const testbench = `testbench() { '${pinnedNode()}' '${join(root, 'packages/cli/bin/testbench.js')}' "$@"; }`;
    const problems = [];
    for (const { where, language, code } of blocks) {
      if (language !== 'sh' || /^npm /m.test(code)) continue;
      const script = `set -euo pipefail\nexport HOME='${folder}' TESTBENCH_PASSPHRASE=of-the-readme\n${testbench}\n${code}`;
      const { code: status, output } = await run('bash', ['-c', script], {
        cwd: folder,
        timeoutMs: 120_000,
      });
      if (status !== 0) problems.push(`${where}: failed with ${status}\n${tail(output, 12)}`);
    }
    return problems;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
