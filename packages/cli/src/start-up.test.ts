import { spawnSync } from 'node:child_process';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { examplePlugin, ROOT } from './__fixtures__/paths.js';

const BIN = join(ROOT, 'packages/cli/bin/testbench.js');
/** Writes the address of each module to stderr as it is loaded. */
const LISTEN = `import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';
registerHooks({ load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); } });`;

/** The modules that a command loads: the names of its own chunks without their digests, packages, and modules of Node. */
function modulesOf(...args: string[]): string[] {
  const listen = `data:text/javascript,${encodeURIComponent(LISTEN)}`;
  const { stderr } = spawnSync(process.execPath, ['--import', listen, BIN, ...args], {
    encoding: 'utf8',
  });
  const names = stderr
    .trim()
    .split('\n')
    .map((url) => {
      const [, dependency] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
      return dependency ?? url.replace(/.*\/packages\//, '').replace(/-[A-Z0-9]{8}\.js$/, '.js');
    });
  return [...new Set(names)].toSorted();
}

/** Loaded by the command itself: each module added here is loaded by all commands. */
const EVERY = ['@stricli/core', 'cli/bin/testbench.js', 'cli/dist/chunk.js', 'cli/dist/index.js'];

// Each module takes half a millisecond, and each of our packages brings dozens. Add a command to `commands.ts` with its implementation behind
// `load`, and neither list gets longer.
describe.skipIf(!('registerHooks' in nodeModule))('modules at the start (since Node 22.15)', () => {
  it('has four for --help', () => {
    expect(modulesOf('--help')).toEqual(EVERY);
  });

  it('has the bundle of inspect, and what of Node it reads a file with', () => {
    expect(modulesOf('inspect', examplePlugin('numeric-match'))).toEqual([
      ...EVERY,
      'cli/dist/inspect.js',
      'node:crypto',
      'node:path',
    ]);
  });
});
