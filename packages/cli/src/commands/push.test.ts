import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { openRegistry } from '@testbench/registry-oci';
import { serveRegistry } from '@testbench/test-kit/oci-registry';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

describe('testbench push and pull', () => {
  it('carry a run that was made with plugins of a registry to where it is summed up, reported and scored', async () => {
    await using registry = await serveRegistry();
    const cwd = await temporaryFolder();
    const run = async (...args: string[]): Promise<string> => {
      const { io, stdout, stderr } = captureIo({ cwd });
      expect([await main(args, io), stderr()]).toEqual([0, expect.any(String)]);
      return stdout();
    };
    const digests = new Map<string, string>();
    for (const name of ['replay', 'exact-match']) {
      const bytes = await readFile(examplePlugin(name));
      const layers = [{ mediaType: 'application/wasm', bytes }];
      const full = `${registry.host}/plugins/${name}`;
      digests.set(
        name,
        (await openRegistry().write({ name: full, version: '0.1.0', layers })).digest,
      );
    }
    const at = `oci://${registry.host}/plugins`;
    await writeFile(
      join(cwd, 'data.jsonl'),
      '{"id":"a","input":"1","expected":"yes","answers":{"m":"yes"}}\n',
    );
    const config = {
      name: 'small',
      dataset: { path: 'data.jsonl' },
      provider: { plugin: `${at}/replay@${digests.get('replay')}`, models: ['m'] },
      evaluators: [{ plugin: `${at}/exact-match@^0.1` }],
    };
    await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
    const { run: folder } = JSON.parse(
      await run('run', 'bench.json', '--output-dir', 'runs', '--json'),
    ) as { readonly run: string };

    const reference = `oci://${registry.host}/runs/small`;
    const pinned = (await run('push', folder, `${reference}:1.0.0`)).trim();
    expect(pinned).toMatch(/^oci:\/\/127\.0\.0\.1:\d+\/runs\/small@sha256:[0-9a-f]{64}$/);
    const pulled = join('there', basename(folder));
    await run('pull', pinned, pulled);
    expect((await readdir(join(cwd, pulled))).sort()).toEqual(
      (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(),
    );
    const summary = JSON.parse(await run('summary', pulled, '--json')) as object;
    expect(summary).toEqual(JSON.parse(await run('summary', folder, '--json')));
    await run('report', pulled, '--output', 'report.html');
    await run('score', pulled, '--config', 'bench.json');
    const again = JSON.parse(await run('pull', `${reference}@1.x`, 'again', '--json')) as {
      readonly reference: string;
    };
    expect(again.reference).toBe(pinned);
    const data = await run(
      'push',
      'data.jsonl',
      `oci://${registry.host}/data/small:latest`,
      '--json',
    );
    expect(JSON.parse(data)).toMatchObject({ files: 1 });
    const called = await run(
      'call',
      `${at}/exact-match:0.1.0`,
      '--input',
      '{"output":"4","expected":"4"}',
    );
    expect(JSON.parse(called)).toMatchObject({ score: 1 });
  });

  it.each([
    [['push', 'a', 'b'], 2, /expected oci:\/\/host\/name/],
    [['push', 'a', 'oci://h/a@^1'], 2, /expected a tag or nothing/],
    [['push', 'none', 'oci://localhost:1/a'], 1, /STORE_UNUSABLE/],
    [['pull', 'oci://H', 'b'], 1, /STORE_INVALID_REFERENCE/],
    [['pull', 'oci://localhost:1/a', 'b', '--ca', 'none.pem'], 1, /none.pem/],
  ])('%j ends with %i', async (args, code, message) => {
    const { io, stderr } = captureIo({ cwd: await temporaryFolder() });
    expect(await main(args, io)).toBe(code);
    expect(stderr()).toMatch(message);
  });
});
