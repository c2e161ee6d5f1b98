import { createHash, generateKeyPairSync, sign as signWith } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { runPlan } from '@testbench/bench';
import { ATTESTATION_FILE, attestRun, type RunClaim, verifyRun } from '@testbench/bench/attest';
import {
  createVerifier,
  parseTrustRules,
  PREDICATES,
  signClaim,
  type SigningKey,
} from '@testbench/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const wasm = (name: string): string => join(root, 'example-plugins', name, 'build', `${name}.wasm`);
const folder = mkdtempSync(join(tmpdir(), 'testbench-attested-'));
const key = keyInMemory();
const sign = ({ artifact, predicate }: RunClaim): Uint8Array =>
  signClaim(
    { artifact, predicateType: PREDICATES.evaluationResult, predicate: { ...predicate } },
    key,
  );
const verifier = createVerifier({
  rules: parseTrustRules({
    keys: { us: { publicKey: key.publicKey } },
    names: [{ name: 'sums', signers: ['us'] }],
  }),
});
let run = '';

beforeAll(async () => {
  const records = Array.from({ length: 6 }, (_, index) => ({
    input: `${index} + 1`,
    expected: `${index + 1}`,
    answers: { a: index === 3 ? 'no' : `${index + 1}` },
  }));
  writeFileSync(
    join(folder, 'data.jsonl'),
    records.map((record) => JSON.stringify(record)).join('\n'),
  );
  const { summary } = await runPlan({
    name: 'sums',
    dataset: { path: join(folder, 'data.jsonl') },
    provider: { plugin: wasm('replay'), models: ['a'] },
    evaluators: [{ plugin: wasm('exact-match') }, { plugin: wasm('levenshtein') }],
    outputDir: join(folder, 'runs'),
    isolation: 'inline',
  });
  run = summary.run!;
  await attestRun(run, { sign });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of the run that may be modified. */
async function copyRun(name: string): Promise<string> {
  const copy = join(folder, name, basename(run));
  await cp(run, copy, { recursive: true });
  return copy;
}

/** Changes rows, and all digests kept of them. */
function tamper(copy: string, change: (row: string) => string): void {
  const manifestPath = join(copy, 'manifest.json');
  let manifest = readFileSync(manifestPath, 'utf8');
  const files = readdirSync(copy, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.jsonl'))) {
    const path = join(copy, file);
    const before = readFileSync(path);
    const after = Buffer.from(change(before.toString()));
    const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    manifest = manifest
      .replaceAll(digestOf(before), digestOf(after))
      .replaceAll(`"bytes":${before.length}`, `"bytes":${after.length}`);
    writeFileSync(path, after);
  }
  writeFileSync(manifestPath, manifest);
}

type Row = Readonly<Record<string, unknown>>;

describe('an attested run', () => {
  it('verifies: signer, statement, scores and fuel', async () => {
    const found = await verifyRun(run, { verifier });
    expect(found).toMatchObject({
      verified: true,
      signature: { outcome: 'trusted', signers: [{ label: 'us' }] },
      claimDifferences: [],
      runAgain: ['exact-match', 'levenshtein'],
      notRunAgain: [],
      rows: 6,
      fuelCompared: true,
      differenceCount: 0,
    });
  });

  it('names the row whose score was changed, with all digests made again and signed by the trusted key', async () => {
    const copy = await copyRun('changed-score');
    tamper(copy, (text) => {
      const lines = text.split('\n');
      const row = JSON.parse(lines[3]!) as { scores: Record<string, number>; score: number };
      expect(row.scores['exact-match']).toBe(0);
      row.scores['exact-match'] = 1;
      lines[3] = JSON.stringify(row);
      return lines.join('\n');
    });
    await attestRun(copy, { sign });
    const found = await verifyRun(copy, { verifier });
    expect(found).toMatchObject({
      verified: false,
      signature: { outcome: 'trusted' },
      claimDifferences: [],
      differences: [
        { index: 3, model: 'a', evaluator: 'exact-match', what: 'score', recorded: 1, found: 0 },
      ],
    });
  });

  it.each([
    { what: 'expected', found: '4', change: (row: Row) => ({ ...row, expected: 'no' }) },
    { what: 'input', found: '3 + 1', change: (row: Row) => ({ ...row, input: '0 + 0' }) },
    { what: 'id', found: '3', change: (row: Row) => ({ ...row, id: 'x' }) },
  ])(
    'names the row whose $what is not that of the data set, signed by the trusted key',
    async ({ what, found: right, change }) => {
      const copy = await copyRun(`changed-${what}`);
      tamper(copy, (text) => {
        const lines = text.split('\n');
        lines[3] = JSON.stringify(change(JSON.parse(lines[3]!) as Row));
        return lines.join('\n');
      });
      await attestRun(copy, { sign });
      const found = await verifyRun(copy, { verifier });
      expect(found).toMatchObject({
        verified: false,
        signature: { outcome: 'trusted' },
        records: { compared: true, rows: 6 },
        differences: [{ index: 3, what, found: right }],
      });
    },
  );

  it('is damaged without one of its rows, or with another field as the right answer, regardless of the signer', async () => {
    const fewer = await copyRun('fewer');
    tamper(fewer, (text) => text.replace(/^.*"index":3,.*\n/m, ''));
    const manifest = join(fewer, 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll('"rows":6', '"rows":5'));
    await attestRun(fewer, { sign });
    const other = await copyRun('other-field');
    const config = join(other, 'config.json');
    const value = JSON.parse(readFileSync(config, 'utf8')) as { dataset: { fields?: object } };
    value.dataset.fields = { expected: 'input' };
    writeFileSync(config, JSON.stringify(value));
    for (const [copy, state] of [
      [fewer, /0 rows of record 3, and its plan has 1 case/],
      [other, /configuration of the data set is not that of its plan/],
    ] as const) {
      await expect(verifyRun(copy, { verifier })).rejects.toMatchObject({
        code: 'BENCH_RUN_DAMAGED',
        message: expect.stringMatching(state),
      });
    }
  });

  it('is compared with a data set and modules that lie elsewhere now', async () => {
    const copy = await copyRun('elsewhere');
    const path = join(copy, 'config.json');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replaceAll(folder, '/nowhere').replaceAll(root, '/nowhere'),
    );
    const nothing = await verifyRun(copy, { verifier });
    expect(nothing).toMatchObject({
      verified: true,
      runAgain: [],
      records: { compared: false, reason: expect.stringContaining('the data set is not at') },
    });
    const moved = join(folder, 'moved.jsonl');
    writeFileSync(moved, readFileSync(join(folder, 'data.jsonl')));
    const modules = [wasm('levenshtein'), wasm('exact-match'), wasm('replay')];
    expect(await verifyRun(copy, { verifier, dataset: moved, modules })).toMatchObject({
      verified: true,
      runAgain: ['exact-match', 'levenshtein'],
      records: { compared: true, rows: 6 },
    });
    writeFileSync(moved, '{"input":"other"}\n');
    await expect(verifyRun(copy, { verifier, dataset: [moved] })).rejects.toMatchObject({
      code: 'BENCH_RUN_DAMAGED',
    });
  });

  it('is not signed any more once a row was changed', async () => {
    const copy = await copyRun('unsigned');
    tamper(copy, (text) => text.replace('"exact-match":1', '"exact-match":0'));
    const found = await verifyRun(copy, { verifier });
    expect(found).toMatchObject({
      verified: false,
      signature: { outcome: 'refused', code: 'WRONG_ARTIFACT' },
    });
    expect(found.differences[0]).toMatchObject({ index: 0, recorded: 0, found: 1 });
  });

  it('tells what a statement claims and the run has not', async () => {
    const copy = await copyRun('summary');
    await attestRun(copy, {
      sign: (claim) =>
        sign({ ...claim, predicate: { ...claim.predicate, summary: [], plan: 'sha256:0' } }),
    });
    const found = await verifyRun(copy, { verifier });
    expect(found.verified).toBe(false);
    expect(found.claimDifferences.map(({ what }) => what)).toEqual(['plan', 'summary']);
  });

  it('compares scores only if fuel was counted by another version of the rewriting', async () => {
    const copy = await copyRun('rewrite');
    await attestRun(copy, {
      sign: (claim) => {
        const versions = { ...claim.predicate.versions, rewrite: 1 };
        return sign({ ...claim, predicate: { ...claim.predicate, versions } });
      },
    });
    expect(await verifyRun(copy, { verifier })).toMatchObject({
      verified: true,
      fuelCompared: false,
    });
  });

  it.each([
    { what: 'module', file: 'config.json', says: 'its module is not there' },
    { what: 'data set', file: 'config.json', says: 'the data set is not at' },
  ])('says what it did not run again: no $what', async ({ what, file, says }) => {
    const copy = await copyRun(`no-${what}`);
    const path = join(copy, file);
    const gone = what === 'module' ? wasm('levenshtein') : join(folder, 'data.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(gone, `${gone}.gone.wasm`));
    const { notRunAgain } = await verifyRun(copy, { verifier });
    expect(notRunAgain.at(-1)).toMatchObject({
      evaluator: 'levenshtein',
      reason: expect.stringContaining(says),
    });
  });

  it('is not read through a link', async () => {
    const copy = await copyRun('link');
    rmSync(join(copy, ATTESTATION_FILE));
    symlinkSync('/dev/zero', join(copy, ATTESTATION_FILE));
    await expect(verifyRun(copy, { verifier })).rejects.toMatchObject({
      code: 'BENCH_RUN_DAMAGED',
    });
  });
});

function keyInMemory(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return {
    id: `sha256:${createHash('sha256').update(der).digest('hex')}`,
    algorithm: 'ed25519',
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }),
    sign: (bytes) => signWith(null, bytes, privateKey),
  };
}
