import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openLayoutStore } from '@testbench/registry/stores';
import { assemble, guestWat, withMetadataSection } from '@testbench/test-kit';
import { KeyFolder, PREDICATES } from '@testbench/trust';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const PASSPHRASE = 'correct horse battery';
const keys = mkdtempSync(join(tmpdir(), 'testbench-keys-'));
beforeAll(() => new KeyFolder(keys).generate('acme', 'ed25519', PASSPHRASE));
afterAll(() => rmSync(keys, { recursive: true }));

/** A folder with a plugin, and a function that runs a command there. */
async function setUp(golden?: string) {
  const cwd = await temporaryFolder();
  copyFileSync(examplePlugin('exact-match'), join(cwd, 'exact-match.wasm'));
  if (golden !== undefined) writeFileSync(join(cwd, 'golden.jsonl'), golden);
  const env = {
    TESTBENCH_KEYS: keys,
    TESTBENCH_KEY: 'acme',
    TESTBENCH_PASSPHRASE: PASSPHRASE,
  };
  const call = async (...args: string[]) => {
    const captured = captureIo({ cwd, env });
    const words = args[0]!.startsWith('../')
      ? [args[0]!.slice(3), ...args.slice(1)]
      : ['plugin', ...args];
    const code = await main(words, captured.io);
    return { code, stdout: captured.stdout(), text: `${captured.stdout()}${captured.stderr()}` };
  };
  return { cwd, call };
}

/** The claim in a bundle on disk. */
function statementOf(path: string): { predicate: Record<string, unknown>; subject: object[] } {
  const bundle = JSON.parse(readFileSync(path, 'utf8')) as { dsseEnvelope: { payload: string } };
  return JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()) as never;
}

const line = (output: string, score: number): string =>
  `${JSON.stringify({ input: { output, expected: 'a' }, output: { score } })}\n`;
const RIGHT = `${line('a', 1)}${line('b', 0)}`;
const WRONG = line('c', 1);

describe('testbench plugin attest', () => {
  it('signs what the golden files and the conformance check showed, next to the module', async () => {
    const { cwd, call } = await setUp(RIGHT);
    const attested = await call('attest', 'exact-match.wasm', '--name', 'team/exact-match');
    expect(attested.text).toMatch(/golden {9}golden\.jsonl: 2 of 2, \d+ fuel a call at most/);
    expect(attested.text).toMatch(
      /\nteam\/exact-match@0\.1\.0 sha256:[0-9a-f]{64}\ntest result: passed, 2 of 2 golden lines/,
    );
    expect(attested.code).toBe(0);
    const path = join(cwd, 'exact-match.wasm.attestation.sigstore.json');
    const { predicate, subject } = statementOf(path);
    expect(subject).toHaveLength(2);
    expect(predicate).toMatchObject({
      result: 'passed',
      conformance: { failed: 0, failures: [] },
      golden: [{ name: 'golden.jsonl', cases: 2, passed: 2, failures: [] }],
      tolerance: 0,
      versions: { testbench: expect.any(String), contract: expect.any(String) },
    });

    // The statement holds for the published form of the same bytes, and is attached with it.
    const publish = (name: string) =>
      call('publish', 'exact-match.wasm', '--name', name, '--attestation', path);
    expect((await publish('team/exact-match')).text).toContain(`attached ${path}`);
    const key = join(keys, 'acme.pub.pem');
    expect((await call('verify', 'team/exact-match', '--key', key)).text).toMatch(
      /\n {2}test result: passed, 2 of 2 golden lines, \d+ fuel a call at most, .*, by given\n$/,
    );
    expect((await publish('exact-match')).text).toMatch(
      /TRUST_UNREADABLE: .*another (?:digest|name)/,
    );
  });

  it('signs a golden file that does not come out as failed, and never writes it', async () => {
    const { cwd, call } = await setUp(RIGHT + WRONG);
    vi.stubEnv('TESTBENCH_UPDATE', '1');
    const attested = await call('attest', 'exact-match.wasm');
    vi.unstubAllEnvs();
    expect(readFileSync(join(cwd, 'golden.jsonl'), 'utf8')).toBe(RIGHT + WRONG);
    expect(attested.code).toBe(1);
    expect(attested.text).toContain(
      'line 3: expected {"output":{"score":1}}, found {"output":{"score":0}}',
    );
    expect(attested.text).toContain('test result: FAILED, 2 of 3 golden lines');
    const { predicate } = statementOf(join(cwd, 'exact-match.wasm.attestation.sigstore.json'));
    expect(predicate).toMatchObject({
      result: 'failed',
      golden: [{ passed: 2, failures: [{ line: 3, gave: 'another output' }] }],
    });
  });

  it('signs a plugin that breaks the contract as failed', async () => {
    const { cwd, call } = await setUp();
    const wire = { name: 'guest', version: '1.0.0', plugin_type: 'custom', api_version: '1.0.0' };
    const module = assemble(guestWat({ metadataText: JSON.stringify(wire) }));
    const section = JSON.stringify({ ...wire, version: '2.0.0' });
    writeFileSync(join(cwd, 'guest.wasm'), withMetadataSection(module, section));
    const attested = await call('attest', 'guest.wasm', '--json');
    expect(attested.code).toBe(1);
    expect(JSON.parse(attested.stdout)).toMatchObject({
      predicateType: PREDICATES.testResult,
      predicate: {
        result: 'failed',
        golden: [],
        conformance: {
          failures: expect.arrayContaining([
            { check: 'host', detail: expect.stringContaining('LOAD_METADATA_MISMATCH') },
          ]),
        },
      },
    });
    expect(attested.text).toContain('no golden file');
  });

  it('attaches to what a registry has, and carries bills of materials and build provenance', async () => {
    const { cwd, call } = await setUp(RIGHT);
    await call('publish', 'exact-match.wasm', '--name', 'team/exact-match');
    expect((await call('attest', 'team/exact-match@0.1.0')).text).toContain(', in local\n');
    const files = {
      'sbom.cdx.json': { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{}, {}] },
      'sbom.spdx.json': { spdxVersion: 'SPDX-2.3', packages: [{}] },
      'build.json': {
        buildDefinition: {
          buildType: 'https://example.com/ci/v1',
          resolvedDependencies: [{ uri: 'git+https://example.com/guest' }],
        },
        runDetails: { builder: { id: 'https://example.com/builder' } },
      },
    };
    for (const [name, value] of Object.entries(files)) {
      writeFileSync(join(cwd, name), JSON.stringify(value));
      expect((await call('attest', 'team/exact-match', '--predicate', name)).code).toBe(0);
    }
    const { text } = await call('verify', 'team/exact-match', '--key', join(keys, 'acme.pub.pem'));
    // A bill of materials that anyone may have attached.
    const store = openLayoutStore(join(cwd, '.testbench', 'store'));
    const subject = await store.resolve({ name: 'team/exact-match', version: '0.1.0' });
    await store.attach(subject, {
      artifactType: 'application/vnd.cyclonedx+json',
      bytes: Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}'),
    });
    expect(text).toContain('test result: passed, 2 of 2');
    expect(text).toContain('bill of materials (CycloneDX): 1.6, 2 components, by given');
    const unknown = await call('info', 'team/exact-match');
    expect(unknown.stdout).toMatch(/signed by {4}key:sha256:[0-9a-f]{64} \(no rule names it\)/);
    expect(unknown.stdout).toMatch(
      /not verified \(no rule names its signer, key:sha256:[0-9a-f]{64}\): test result: passed, 2 of 2/,
    );
    await call('keys', 'trust', 'acme', '--for', 'team/*');
    for (const shown of [
      await call('info', 'team/exact-match'),
      await call('../inspect', 'team/exact-match'),
    ]) {
      expect(shown.stdout).toMatch(/signed by +acme\n/);
      expect(shown.stdout).toMatch(/ test result: passed, 2 of 2 golden lines, .*, by acme\n/);
      expect(shown.stdout).toContain('bill of materials (SPDX): SPDX-2.3, 1 package, by acme');
      expect(shown.stdout).toContain(
        'not verified (nobody signed it): bill of materials (CycloneDX): 1.5, 0 components',
      );
    }
    const found = await call('search', 'exact', '--look', 'team/exact-match');
    expect(found.stdout).toMatch(/team\/exact-match +0\.1\.0 +evaluator +acme +passed 2 of 2/);
    expect(text).toContain('bill of materials (SPDX): SPDX-2.3, 1 package, by given');
    expect(text).toContain(
      'build provenance (SLSA 1): built by https://example.com/builder, from git+https://example.com/guest, as https://example.com/ci/v1, by given',
    );
  });

  it.each([
    ['{}', [], /--predicate-type is needed/],
    ['{}', ['--predicate-type', 'bom'], /expected cyclonedx, spdx, slsa or a URI/],
    ['{}', ['--predicate-type', PREDICATES.testResult], /signed for what was seen alone/],
    ['[]', [], /is no JSON object/],
    ['{"predicateType":"a:b"}', [], /is a whole statement/],
  ])('refuses the predicate %s with %j', async (predicate, args, message) => {
    const { cwd, call } = await setUp();
    writeFileSync(join(cwd, 'p.json'), predicate);
    const refused = await call('attest', 'exact-match.wasm', '--predicate', 'p.json', ...args);
    expect(refused).toMatchObject({ code: 2, text: expect.stringMatching(message) });
  });
});
