import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ISOLATIONS, PluginManager } from '@testbench/manager';
import { assemble, METADATA } from '@testbench/test-kit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

/** Returns its input, which lies in its only buffer. */
const guest = assemble(`(module
  (memory (export "memory") 2)
  (data (i32.const 1024) "${METADATA.replaceAll('"', '\\22')}")
  (func (export "line_buffer") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 65536)) (else (i32.const 1024))))
  (func (export "line_about") (result i32) (i32.const ${METADATA.length}))
  (func (export "line_run") (param $ptr i32) (param $len i32) (result i32) (local.get $len)))`);

describe('the adapter in docs/wire-protocols.md', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'line-'));
    const page = await readFile(join(import.meta.dirname, '../docs/wire-protocols.md'), 'utf8');
    const [, adapter = ''] = /```js\n(?<adapter>[\s\S]*?)```/.exec(page) ?? [];
    await writeFile(join(folder, 'line.js'), adapter);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(ISOLATIONS)('lets its guests run, %s', async (isolation) => {
    const manager = new PluginManager({ isolation, protocols: [join(folder, 'line.js')] });
    onTestFinished(() => manager.close());
    expect((await manager.load(guest)).contract).toBe('line');
    expect((await manager.execute('guest', { data: ['ü', 1] })).data).toEqual(['ü', 1]);
  });
});
