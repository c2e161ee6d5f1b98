import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { listRuns } from '@testbench/bench/results';
import { serveRegistry } from '@testbench/test-kit/oci-registry';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const PASSPHRASE = 'correct horse battery';

/** A folder with its own keys, in which commands run. */
async function setUp() {
  const cwd = await temporaryFolder();
  const env = { TESTBENCH_KEYS: 'keys', TESTBENCH_PASSPHRASE: PASSPHRASE };
  const shown: string[] = [];
  const call = async (...args: string[]) => {
    const captured = captureIo({ cwd, env });
    const code = await main(args, captured.io);
    const text = `${captured.stdout()}${captured.stderr()}`;
    shown.push(`$ testbench ${args.join(' ')}\n${text}(${code})`);
    return { code, text };
  };
  return { cwd, call, shown };
}

describe('testbench plugin keys, sign and verify', () => {
  it('signs with a key, and verifies by rules until the key is revoked', async () => {
    const { cwd, call, shown } = await setUp();
    await writeFile(join(cwd, 'length.wasm'), 'bytes');
    expect((await call('plugin', 'keys', 'generate', 'acme')).code).toBe(0);
    expect((await stat(join(cwd, 'keys/acme.key.pem'))).mode & 0o777).toBe(0o600);
    const release = ['--name', 'acme/length', '--version', '1.2.0'];
    expect((await call('plugin', 'sign', 'length.wasm', '--key', 'acme', ...release)).code).toBe(0);
    expect(
      (await call('plugin', 'verify', 'length.wasm', '--key', 'keys/acme.pub.pem')).text,
    ).toMatch(/^verified: release/);

    await call('plugin', 'keys', 'trust', 'acme', '--for', 'acme/*');
    expect((await call('plugin', 'verify', 'length.wasm', ...release)).text).toMatch(
      /^trusted: signed by acme/,
    );
    const other = await call(
      'plugin',
      'verify',
      'length.wasm',
      '--name',
      'acme/other',
      '--version',
      '1.2.0',
    );
    expect(other).toMatchObject({ code: 1, text: expect.stringContaining('WRONG_ARTIFACT') });

    expect((await call('plugin', 'keys', 'list')).text).toContain('acme/*');
    await call('plugin', 'keys', 'revoke', 'acme', '--reason', 'laptop lost');
    const revoked = await call('plugin', 'verify', 'length.wasm', ...release);
    expect(revoked).toMatchObject({ code: 1, text: expect.stringContaining('KEY_REVOKED') });
    expect((await call('plugin', 'keys', 'nonsense')).text).toContain(
      'generate, list, trust, revoke',
    );
    if (process.env.SHOW) console.log(shown.join('\n'));
    expect(shown.join('\n')).not.toContain(PASSPHRASE);
  });

  it('has no flag for a passphrase, and asks nobody where there is no terminal', async () => {
    const { cwd, call } = await setUp();
    const captured = captureIo({ cwd, env: { TESTBENCH_KEYS: 'keys' } });
    expect(await main(['plugin', 'keys', 'generate', 'acme'], captured.io)).toBe(1);
    expect(captured.stderr()).toContain('TRUST_PASSPHRASE');
    expect((await call('plugin', 'keys', 'generate', 'acme', '--passphrase', 'x')).code).toBe(2);
  });
});

describe('testbench run --attest and verify', () => {
  it('signs what a run measured, and finds a score that was changed', async () => {
    const { cwd, call } = await setUp();
    await writeFile(
      join(cwd, 'data.jsonl'),
      '{"input":"1","expected":"1","answers":{"a":"1"}}\n{"input":"2","expected":"2","answers":{"a":"no"}}\n',
    );
    const config = {
      name: 'sums',
      dataset: { path: 'data.jsonl' },
      provider: { plugin: examplePlugin('replay'), models: ['a'] },
      evaluators: [{ plugin: examplePlugin('exact-match') }],
      outputDir: 'runs',
    };
    await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
    await call('plugin', 'keys', 'generate', 'acme', '--algorithm', 'ed25519');
    const ran = await call('run', 'bench.json', '--attest', 'acme');
    expect(ran).toMatchObject({ code: 0, text: expect.stringContaining('2 rows signed') });
    const [run] = await listRuns(join(cwd, 'runs'));
    const verify = ['verify', `runs/${run!.run}`, '--key', 'keys/acme.pub.pem'];
    expect(await call(...verify)).toMatchObject({
      code: 0,
      text: expect.stringMatching(
        /exact-match again over 2 answers: scores and fuel are the same\nverified\n$/,
      ),
    });
    expect((await call('verify', `runs/${run!.run}`)).code).toBe(0);

    await using registry = await serveRegistry();
    const reference = `oci://${registry.host}/runs/sums:1.0.0`;
    await call('push', `runs/${run!.run}`, reference);
    const pulled = await call('verify', reference, '--key', 'keys/acme.pub.pem', '--quiet');
    expect(pulled).toMatchObject({
      code: 0,
      text: expect.stringMatching(
        /^oci:.*@sha256:[^]*\nthe data set is the one of the plan: 2 rows compared with it\n[^]*verified\n$/,
      ),
    });
    expect(await call('verify', reference, '--dataset', 'none.jsonl', '--json')).toMatchObject({
      code: 0,
      text: expect.stringMatching(/"compared": false,\s*"reason": "the data set is not at/),
    });
    expect((await call('verify', `oci://${registry.host}/runs/none:1.0.0`)).text).toContain(
      'STORE_NOT_FOUND',
    );

    const segment = join(run!.path, 'config.json');
    const before = await readFile(segment, 'utf8');
    await writeFile(segment, before.replace('exact-match.wasm', 'levenshtein.wasm'));
    const other = await call(...verify);
    expect(other.text).toMatch(/not run again: exact-match, since its module/);
  });
});
