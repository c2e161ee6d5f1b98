import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openRegistry } from '@testbench/registry-oci';
import {
  createAuthority,
  hasCommand,
  startDockerRegistry,
} from '@testbench/test-kit/docker-registry';
import { type OciRegistry, serveRegistry } from '@testbench/test-kit/oci-registry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { captureIo } from './__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from './__fixtures__/paths.js';
import { main } from './main.js';

let registry: OciRegistry;
/** Digest of the evaluator's manifest. */
let digest = '';
let cwd = '';
/** True if the registry does not list its contents. */
let silent = false;

beforeAll(async () => {
  registry = await serveRegistry({
    intercept: ({ url = '' }, response, { tags }) => {
      if (!url.startsWith('/v2/_catalog') || silent) return false;
      const repositories = [...new Set([...tags.keys()].map((tag) => tag.split(':')[0]))];
      response.end(JSON.stringify({ repositories }));
      return true;
    },
  });
  for (const name of ['replay', 'exact-match']) {
    const bytes = await readFile(examplePlugin(name));
    const layers = [{ mediaType: 'application/wasm', bytes }];
    const artifact = { name: `${registry.host}/team/${name}`, layers };
    digest = (await openRegistry().write({ ...artifact, version: '0.1.0', tag: 'latest' })).digest;
  }
});
afterAll(() => registry[Symbol.asyncDispose]());
beforeEach(async () => {
  cwd = await temporaryFolder();
  registry.seen.length = 0;
  silent = false;
  project({ ours: `oci://${registry.host}` });
});

const project = (registries: object, more: object = { namespaces: { team: 'ours' } }): void =>
  writeFileSync(join(cwd, 'testbench.registries.json'), JSON.stringify({ registries, ...more }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Ran> {
  const { io, stdout, stderr } = captureIo({ cwd });
  return { code: await main(args, io), stdout: stdout(), stderr: stderr() };
}

function benchmark(plugin: string, name = 'bench.json'): void {
  writeFileSync(join(cwd, 'data.jsonl'), '{"input":"2 + 2","expected":"4","answers":{"a":"4"}}\n');
  const config = {
    name: 'small',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: examplePlugin('replay'), models: ['a'] },
    evaluators: [{ plugin }],
  };
  writeFileSync(join(cwd, name), JSON.stringify(config));
}

const input = '{"output": "4", "expected": "4"}';
/** Every command that takes a plugin, with the output that shows that it found it. */
const COMMANDS: readonly [string, (reference: string) => Promise<Ran>, string][] = [
  ['inspect', (plugin) => run('inspect', plugin), 'exact-match'],
  ['validate', (plugin) => run('validate', plugin), 'evaluator exact-match'],
  ['call', (plugin) => run('call', plugin, '--input', input), '"score": 1'],
];
const REFERENCES: readonly [string, () => string][] = [
  ['a path', () => examplePlugin('exact-match')],
  ['team/name', () => 'team/exact-match'],
  ['team/name@range', () => 'team/exact-match@^0.1.0'],
  ['oci://host/name', () => `oci://${registry.host}/team/exact-match`],
  ['oci://host/name:tag', () => `oci://${registry.host}/team/exact-match:latest`],
  ['oci://host/name:version', () => `oci://${registry.host}/team/exact-match:0.1.0`],
  ['oci://host/name@range', () => `oci://${registry.host}/team/exact-match@0.x`],
  ['oci://host/name@digest', () => `oci://${registry.host}/team/exact-match@${digest}`],
];

describe.each(COMMANDS)('testbench %s', (_, command, expected) => {
  it.each(REFERENCES)('takes %s', async (_kind, reference) => {
    const { code, stdout, stderr } = await command(reference());
    expect({ code, stderr, stdout }).toEqual({
      code: 0,
      stderr: expect.any(String),
      stdout: expect.stringContaining(expected),
    });
  });
});

describe('a configuration', () => {
  it('takes each of them, for a dry run, a run and a score', async () => {
    benchmark('');
    const config = JSON.parse(readFileSync(join(cwd, 'bench.json'), 'utf8'));
    const evaluators = REFERENCES.map(([name, reference]) => ({ name, plugin: reference() }));
    writeFileSync(join(cwd, 'bench.json'), JSON.stringify({ ...config, evaluators }));
    expect(await run('run', 'bench.json', '--dry-run')).toMatchObject({ code: 0 });
    const { code, stdout } = await run('run', 'bench.json', '--json');
    const summary = JSON.parse(stdout);
    expect({ code, failedCases: summary.failedCases }).toEqual({ code: 0, failedCases: 0 });
    for (const more of [
      ['--config', 'bench.json', '--replace'],
      ['--evaluator', `oci://${registry.host}/team/exact-match@${digest}`],
      ['--evaluator', 'team/exact-match', '--frozen'],
    ]) {
      expect(await run('score', summary.run, ...more)).toMatchObject({ code: 0 });
    }
  });
});

const lockfile = (): string => readFileSync(join(cwd, 'testbench.lock'), 'utf8');

describe('the lockfile', () => {
  it('gets what a run names, and is all that a frozen one needs', async () => {
    benchmark('team/exact-match@^0.1.0');
    expect(await run('run', 'bench.json', '--frozen')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /INSTALL_FROZEN: Cannot run frozen: testbench\.lock lacks team\/exact-match \(\^0\.1\.0\)/,
      ),
    });
    expect(existsSync(join(cwd, 'testbench.lock'))).toBe(false);
    expect(await run('run', 'bench.json', '--dry-run')).toMatchObject({ code: 0 });
    expect(existsSync(join(cwd, 'testbench.lock'))).toBe(false);

    expect(await run('run', 'bench.json')).toMatchObject({ code: 0 });
    const { plugins } = JSON.parse(lockfile());
    expect(plugins['team/exact-match']).toMatchObject({
      digest,
      registry: 'ours',
      requirement: '^0.1.0',
    });
    const before = lockfile();
    registry.seen.length = 0;
    expect(await run('run', 'bench.json', '--frozen', '--output-dir', 'again')).toMatchObject({
      code: 0,
    });
    expect({ asked: registry.seen, lockfile: lockfile() }).toEqual({ asked: [], lockfile: before });
  });

  it('names every line that is missing', async () => {
    benchmark('team/exact-match');
    const config = JSON.parse(readFileSync(join(cwd, 'bench.json'), 'utf8'));
    config.evaluators.push({ plugin: `oci://${registry.host}/team/other:1.0.0` });
    writeFileSync(join(cwd, 'bench.json'), JSON.stringify(config));
    expect((await run('run', 'bench.json', '--frozen')).stderr).toContain(
      `lacks team/exact-match (any version), team/other (1.0.0 of ${registry.host})`,
    );
  });

  it('has what a tag meant, and keeps it', async () => {
    benchmark(`oci://${registry.host}/team/exact-match:latest`);
    expect(await run('run', 'bench.json')).toMatchObject({ code: 0 });
    expect(JSON.parse(lockfile()).plugins['team/exact-match']).toMatchObject({
      digest,
      requirement: '0.1.0',
    });
  });

  it.each([
    ['the package has what nobody has said to come from a registry', {}, 0],
    ['what comes from a registry comes from nowhere else', { 'exact-match': 'ours' }, 1],
  ])('is not needed for shipped plugins: %s', async (_, namespaces, code) => {
    project({ ours: `oci://${registry.host}` }, { namespaces });
    benchmark('exact-match');
    expect(await run('run', 'bench.json')).toMatchObject({ code });
    expect(existsSync(join(cwd, 'testbench.lock'))).toBe(false);
  });

  it('is resumed, scored and verified by', async () => {
    benchmark('team/exact-match');
    await run('run', 'bench.json');
    const folder = JSON.parse((await run('list', 'runs', '--json')).stdout)[0].path as string;
    const away = join(cwd, 'away');
    cpSync(folder, join(away, folder.split('/').at(-1)!), { recursive: true });
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')).evaluators).toEqual([
      expect.objectContaining({ plugin: 'team/exact-match' }),
    ]);
    expect(await run('resume', folder)).toMatchObject({ code: 0 });
    const verified = await run('verify', folder, '--json');
    expect(JSON.parse(verified.stdout)).toMatchObject({
      runAgain: ['exact-match'],
      notRunAgain: [],
    });
  });
});

describe('an untrusted run', () => {
  it('has no registry asked that the project does not know', async () => {
    const reference = `oci://${registry.host}/team/exact-match@${digest}`;
    benchmark(reference);
    await run('run', 'bench.json');
    const folder = JSON.parse((await run('list', 'runs', '--json')).stdout)[0].path as string;
    const known = JSON.parse((await run('verify', folder, '--json')).stdout);
    expect(known).toMatchObject({ runAgain: ['exact-match'] });
    rmSync(join(cwd, '.testbench'), { recursive: true });
    rmSync(join(cwd, 'testbench.registries.json'));
    registry.seen.length = 0;
    const foreign = JSON.parse((await run('verify', folder, '--json')).stdout);
    expect(foreign).toMatchObject({
      runAgain: [],
      notRunAgain: [
        { evaluator: 'exact-match', reason: expect.stringMatching(/^its module is not there/) },
      ],
    });
    expect(registry.seen).toEqual([]);
  });
});

describe('trust', () => {
  it('is asked of whatever is run, not of what is shown', async () => {
    writeFileSync(
      join(cwd, 'testbench-trust.json'),
      JSON.stringify({ specificationVersion: 'v1', keys: {}, names: [] }),
    );
    benchmark('team/exact-match');
    for (const args of [
      ['run', 'bench.json'],
      ['call', 'team/exact-match', '--input', input],
      ['validate', `oci://${registry.host}/team/exact-match@${digest}`],
    ]) {
      expect(await run(...args)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('INSTALL_UNTRUSTED'),
      });
    }
    expect(await run('inspect', 'team/exact-match')).toMatchObject({ code: 0 });
  });
});

describe('names', () => {
  it.each([
    [
      'another host than the one of the namespace',
      'oci://evil.example/team/exact-match',
      'INSTALL_WRONG_REGISTRY',
    ],
    ['a name that no registry has', 'team/none@1.x', 'STORE_NOT_FOUND'],
    ['a plugin under another name', 'team/renamed@1.x', 'INSTALL_INVALID_PLUGIN'],
  ])('refuse %s', async (_, reference, code) => {
    if (reference.startsWith('team/renamed')) {
      const bytes = await readFile(examplePlugin('exact-match'));
      const layers = [{ mediaType: 'application/wasm', bytes }];
      const name = `${registry.host}/team/renamed`;
      await openRegistry().write({ name, version: '1.0.0', layers });
    }
    for (const command of [['inspect'], ['validate']]) {
      expect(await run(...command, reference)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(code),
      });
    }
  });

  it('repair what was damaged in the cache, and say so', async () => {
    const reference = `oci://${registry.host}/team/exact-match@${digest}`;
    await run('validate', reference);
    registry.seen.length = 0;
    await run('validate', reference);
    expect(registry.seen).toEqual([]);
    const file = join(cwd, '.testbench/cache/sha256', digest.slice('sha256:'.length));
    writeFileSync(file, 'damaged');
    const { code, stderr } = await run('validate', reference);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('was damaged, and is fetched again'),
    });
    expect(registry.seen).toHaveLength(1);
    rmSync(file);
    await run('validate', reference);
    expect(registry.seen).toHaveLength(2);
  });
});

describe('flags about a registry', () => {
  it.each([
    ['no registry', {}, ['inspect', 'team/exact-match', '--plain-http'], 'no registry is asked'],
    [
      'several registries',
      { a: 'oci://a.example', b: 'oci://b.example' },
      ['plugin', 'outdated', '--ca', 'ca.pem'],
      'they could mean a.example or b.example',
    ],
    [
      'a file that is not there',
      { a: 'oci://a.example' },
      ['inspect', 'team/x', '--credentials', 'none.json'],
      'Cannot read --credentials',
    ],
    [
      'how a folder is reached',
      { a: { location: 'store', plainHttp: true } },
      ['plugin', 'outdated'],
      'registries.a.location',
    ],
    [
      'a time that is none',
      { a: { location: 'oci://a', transferTimeoutMs: 0.5 } },
      ['plugin', 'outdated'],
      'registries.a.transferTimeoutMs',
    ],
    [
      'a key that is none',
      { a: { location: 'oci://a', http: true } },
      ['plugin', 'outdated'],
      'http',
    ],
  ])('refuse %s', async (_, registries, args, state) => {
    project(registries, {});
    writeFileSync(join(cwd, 'ca.pem'), 'none');
    expect(await run(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(state) });
  });
});

describe('plugin search --offered', () => {
  it('finds what the registries say they have, and passes over what is no plugin', async () => {
    await openRegistry().write({
      name: `${registry.host}/team/data`,
      version: '1.0.0',
      layers: [],
    });
    project(
      { ours: `oci://${registry.host}`, shared: 'store' },
      { namespaces: { team: 'ours' }, fallback: 'shared' },
    );
    await run('plugin', 'publish', examplePlugin('contains'), '--to', 'shared');
    // The same name in another registry is not looked up.
    const { openLayoutStore } = await import('@testbench/registry/stores');
    const bytes = await readFile(examplePlugin('levenshtein'));
    const layers = [{ mediaType: 'application/wasm', bytes }];
    await openLayoutStore(join(cwd, 'store')).write({
      name: 'team/levenshtein',
      version: '9.9.9',
      layers,
    });
    expect((await run('plugin', 'search', 'exact')).stdout).toBe('No results\n');
    const { code, stdout, stderr } = await run('plugin', 'search', '--offered', '--json');
    const names = JSON.parse(stdout).map(
      ({ metadata }: { metadata: { name: string } }) => metadata.name,
    );
    expect({ code, names: names.sort() }).toEqual({
      code: 0,
      names: ['contains', 'exact-match', 'replay'],
    });
    expect(stderr).toBe('');
  });

  it('says which registry does not tell', async () => {
    project({ ours: `oci://${registry.host}` }, {});
    silent = true;
    const { code, stderr } = await run('plugin', 'search', '--offered');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^ours does not list its plugins/),
    });
  });
});

const LOGIN = { username: 'ada', password: 'correct horse' };
const hasRegistry = ['docker-registry', 'htpasswd'].every((name) => hasCommand(name));
const NOTE = hasRegistry ? '' : ' (skipped: docker-registry and htpasswd are not installed)';

describe.skipIf(!hasRegistry)(`docker-registry with TLS and a password${NOTE}`, () => {
  it('is reached by flags, or by the file of registries, from every command', async () => {
    const authority = createAuthority(cwd);
    await using docker = await startDockerRegistry({ authority, login: LOGIN });
    const auth = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64');
    const auths = { auths: { [docker.host]: { auth } } };
    writeFileSync(join(cwd, 'docker.json'), JSON.stringify(auths));
    const flags = ['--ca', authority.ca, '--credentials', 'docker.json'];
    const reference = `oci://${docker.host}/team/exact-match@^0.1`;
    const location = `oci://${docker.host}`;
    const reach = { ca: 'ca.pem', credentials: 'docker.json' };

    project({ ours: location });
    const publish = [
      'plugin',
      'publish',
      examplePlugin('exact-match'),
      '--name',
      'team/exact-match',
    ];
    expect(await run(...publish)).toMatchObject({ code: 1 });
    expect(await run(...publish, ...flags)).toMatchObject({ code: 0 });
    expect(await run('push', 'docker.json', `oci://${docker.host}/data`, ...flags)).toMatchObject({
      code: 0,
    });
    benchmark(reference);
    const commands = [
      ['inspect', reference],
      ['call', 'team/exact-match', '--input', input],
      ['plugin', 'info', 'team/exact-match'],
      ['plugin', 'search', '--offered'],
      ['run', 'bench.json', '--dry-run'],
      ['run', 'bench.json'],
      ['plugin', 'outdated'],
    ];
    for (const args of commands) {
      expect([args, (await run(...args, ...flags)).code]).toEqual([args, 0]);
    }
    rmSync(join(cwd, 'testbench.lock'));
    rmSync(join(cwd, '.testbench'), { recursive: true });
    project({ ours: { location, ...reach } });
    for (const args of commands) {
      expect([args, (await run(...args)).code]).toEqual([args, 0]);
    }
    // Without a password it reports so, and quotes none.
    rmSync(join(cwd, '.testbench'), { recursive: true });
    project({ ours: { location, ca: 'ca.pem' } });
    const { code, stderr } = await run('inspect', reference);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('STORE_UNAUTHORIZED'),
    });
  });
});
