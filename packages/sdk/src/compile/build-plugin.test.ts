import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { readCustomSections } from '@testbench/wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildPlugin } from './build-plugin.js';
import { createTestHost } from '../test-host/create-test-host.js';
import { embedMetadata } from '../embed-metadata.js';
import { validatePlugin } from '../validate-plugin.js';

const HEADER = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const IMPORT =
  'import { Evaluation, Evaluator, EvaluatorInput, log, now, plugin, random } from "@testbench/plugins-sdk";\n';
const source = (body: string): string => `${IMPORT}
@plugin({ name: "probe", version: "1.0.0" })
export class Probe extends Evaluator {
  evaluate(input: EvaluatorInput): Evaluation {
    ${body}
  }
}
`;

let root: string;
let count = 0;

/** A project in its own folder. */
async function project(files: Record<string, string>, library = true): Promise<string> {
  const directory = join(root, `project-${(count += 1)}`);
  await mkdir(join(directory, 'assembly'), { recursive: true });
  if (library) {
    await mkdir(join(directory, 'node_modules/@testbench'), { recursive: true });
    await symlink(
      resolve(import.meta.dirname, '../../../../plugins-sdk'),
      join(directory, 'node_modules/@testbench/plugins-sdk'),
    );
  }
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    await writeFile(join(directory, name), text);
  }
  return directory;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'testbench-sdk-'));
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

describe('buildPlugin()', () => {
  it('gives a module that a host loads, with a map where asked', async () => {
    const directory = await project({
      'assembly/index.ts': source(`
        log.info("judging");
        return new Evaluation(random()).metric("time", <f64>now());
      `),
    });
    const result = await buildPlugin({ directory, optimize: 'none', sourceMap: true });
    expect(result).toMatchObject({
      path: join(directory, 'build', `project-${count}.wasm`),
      metadata: { name: 'probe', version: '1.0.0', pluginType: 'evaluator' },
      warnings: [],
    });
    expect(result.size).toBe(result.bytes.length);
    expect(result.gzipSize).toBeLessThan(result.size);

    // The same seed gives the same random numbers; the test controls the clock.
    const scores: unknown[] = [];
    for (const seed of [5, 5, 6]) {
      await using host = await createTestHost(result.path, { seed, nowMs: 1000 });
      host.setTime(2000);
      const call = await host.call<{ score: number; metrics: object }>({ output: '' });
      expect(call.data.metrics).toEqual({ time: 2000 });
      expect(call.logs.map(({ level, message }) => [level, message])).toEqual([
        ['info', 'judging'],
      ]);
      scores.push(call.data.score);
    }
    expect(scores[0]).toBe(scores[1]);
    expect(scores[0]).not.toBe(scores[2]);
  }, 60_000);

  it('gives a module that calls a function of the host of its own', async () => {
    const directory = await project({
      'assembly/index.ts': `
        import { callHost, Custom, describeHostCode, Json, JsonWriter, plugin } from "@testbench/plugins-sdk";

        @external("mine", "lookup")
        declare function lookup(ptr: usize, len: usize, out: usize, max: usize): i32;

        @plugin({
          name: "asker",
          version: "1.0.0",
          permissions: { hostFunctions: true, allowedHostFunctions: ["mine.lookup"] },
        })
        export class Asker extends Custom {
          run(data: Json, out: JsonWriter): void {
            const answer = callHost(lookup, new JsonWriter().json(data).toString());
            if (!answer.ok) { out.string(describeHostCode(answer.code)); return; }
            out.array().json(answer.json().get("found")).value(answer.text().length).end();
          }
        }`,
    });
    const { path, bytes, metadata } = await buildPlugin({ directory, optimize: 'speed' });
    const permissions = { hostFunctions: true, allowedHostFunctions: ['mine.lookup'] };
    expect(metadata.permissions).toEqual(permissions);
    expect(validatePlugin(bytes)).toMatchObject({ ok: true });
    let runs = 0;
    const hostFunctions = {
      'mine.lookup': async (input: unknown) => {
        runs += 1;
        if (input === 'fail') throw new Error('not to be seen');
        return { found: input, pad: 'é'.repeat(Number(input)) };
      },
    };
    await using host = await createTestHost(path, { hostFunctions, permissions });
    expect((await host.call(5)).data).toEqual([5, 25]);
    expect((await host.call(5000)).data).toEqual([5000, 5023]);
    expect(runs).toBe(2);
    expect((await host.call('fail')).data).toBe('broken off');
    await using other = await createTestHost(path, { hostFunctions });
    const { data, logs } = await other.call(5);
    expect(data).toBe('not permitted by the host');
    expect(logs).toMatchObject([{ message: 'denied: host function "mine.lookup"' }]);
    await expect(createTestHost(path)).rejects.toMatchObject({ code: 'LOAD_REJECTED' });
  }, 60_000);

  it.each([
    [
      'let f = (): i32 => input.output.length; return new Evaluation(f());',
      /^Cannot build assembly\/index\.ts:6:\d+: Not implemented: Closures; AssemblyScript has no closures/,
    ],
    [
      'try { return new Evaluation(1); } catch (e) { return new Evaluation(0); }',
      /index\.ts:6:\d+: Not implemented: (?:Exceptions|.*try).*; AssemblyScript has no try\/catch; call fail\("…"\)/i,
    ],
    ['return new Evaluation(nope);', /index\.ts:6:\d+: Cannot find name 'nope'/],
    ['return "text";', /index\.ts:6:\d+: Type .*String' is not assignable/],
    [
      'return new Evaluation(Math.random());',
      /import "env\.seed": .*; Math\.random does not exist here; use random\(\)/,
    ],
    ['console.log("x"); return new Evaluation(1);', /use log of @testbench\/plugins-sdk/],
    ['return new Evaluation(<f64>Date.now());', /use now\(\) of @testbench\/plugins-sdk/],
  ])(
    'explains %s',
    async (body, message) => {
      const directory = await project({ 'assembly/index.ts': source(body) });
      await expect(buildPlugin({ directory, optimize: 'none' })).rejects.toThrow(message);
    },
    30_000,
  );

  it.each([
    { outFile: 'package.json', state: 'it is a source of the plugin, which must stay' },
    { outFile: 'assembly/other.ts', state: 'it is a source of the plugin, which must stay' },
    { outFile: 'taken', state: 'it is a directory' },
    { outFile: 'package.json/x.wasm', state: 'a part of its path is not a directory' },
    { outFile: 'x/y/../../taken', state: 'it is a directory' },
  ])('refuses the output $outFile before it compiles', async ({ outFile, state }) => {
    const directory = await project({ 'assembly/index.ts': 'no source', 'assembly/other.ts': '' });
    await mkdir(join(directory, 'taken'));
    await expect(buildPlugin({ directory, outputFile: outFile })).rejects.toMatchObject({
      code: 'BUILD_FILE_FAILED',
      message: expect.stringContaining(state),
    });
    expect(await readFile(join(directory, 'package.json'), 'utf8')).toBe('{}');
  });

  it('refuses an output where a file is in the place of its folder', async () => {
    const directory = await project({ 'assembly/index.ts': 'no source', build: '' });
    await expect(buildPlugin({ directory })).rejects.toMatchObject({ code: 'BUILD_FILE_FAILED' });
  });

  it('explains a missing method, plugin, entry or library', async () => {
    const noMethod = await project({
      'assembly/index.ts': `${IMPORT}@plugin({ name: "a", version: "1.0.0" }) export class A extends Evaluator {}`,
    });
    await expect(buildPlugin({ directory: noMethod })).rejects.toMatchObject({
      code: 'BUILD_COMPILE_FAILED',
      message: expect.stringContaining('write the method that the base class asks for'),
    });
    const noPlugin = await project({ 'assembly/index.ts': 'export function f(): void {}' });
    await expect(buildPlugin({ directory: noPlugin })).rejects.toThrow(/no class has @plugin/);
    const noLibrary = await project({ 'assembly/index.ts': '' }, false);
    await expect(buildPlugin({ directory: noLibrary })).rejects.toMatchObject({
      code: 'BUILD_NO_PROJECT',
      message: expect.stringContaining('add it to devDependencies and install'),
    });
    await expect(buildPlugin({ directory: root })).rejects.toThrow(/it has no assembly\/index\.ts/);
    const noSource = await project({ 'Cargo.toml': '[package]\nname = "a"\n' }, false);
    await expect(buildPlugin({ directory: noSource })).rejects.toMatchObject({
      code: 'BUILD_NO_PROJECT',
      message: expect.stringContaining('it has no folder "src"'),
    });
  }, 30_000);

  it('says where the wrong api version stands', async () => {
    const text = source('return new Evaluation(1);').replace(
      'version: "1.0.0"',
      'version: "1.0.0",\n  apiVersion: "3.0.0"',
    );
    const directory = await project({ 'assembly/index.ts': text });
    await expect(buildPlugin({ directory, optimize: 'none' })).rejects.toMatchObject({
      code: 'BUILD_INVALID_PLUGIN',
      message:
        'Cannot build assembly/index.ts:4:3: metadata field "api_version": it is made for contract 3.0.0, hosts speak 1.0.0; set it to "1.0.0"',
    });
  }, 30_000);

  it('refuses metadata that no host would take', async () => {
    const directory = await project({
      'assembly/index.ts': source('return new Evaluation(1);').replace('"1.0.0"', '"1"'),
    });
    await expect(buildPlugin({ directory, optimize: 'none' })).rejects.toMatchObject({
      code: 'BUILD_INVALID_PLUGIN',
      message: expect.stringContaining('expected a semantic version'),
    });
  }, 30_000);
});

describe('validatePlugin()', () => {
  it('lists everything that is wrong with a module', () => {
    const report = validatePlugin(HEADER);
    expect(report.ok).toBe(false);
    expect(report.problems.map(({ part }) => part)).toEqual(['export', 'metadata']);
  });

  it.each([
    ['no module', Uint8Array.of(1, 2, 3)],
    ['a text file', new TextEncoder().encode('export function f() {}')],
    ['a truncated module', HEADER.subarray(0, 6)],
    ['one that is too large', new Uint8Array(16 * 1024 * 1024 + 1)],
  ])('refuses %s', (_name, bytes) => {
    expect(validatePlugin(bytes)).toMatchObject({ ok: false, problems: [{ part: 'module' }] });
  });
});

describe('embedMetadata()', () => {
  const metadata = {
    name: 'other-language',
    version: '0.1.0',
    description: '',
    author: '',
    pluginType: 'custom',
    capabilities: [],
    apiVersion: '1.0.0',
  } as const;

  it('adds the section once, with the names of the wire', () => {
    const bytes = embedMetadata(HEADER, metadata);
    const [section] = readCustomSections(bytes, 'testbench.plugin');
    expect(JSON.parse(new TextDecoder().decode(section))).toMatchObject({ plugin_type: 'custom' });
    expect(() => embedMetadata(bytes, metadata)).toThrow(RangeError);
  });

  it('refuses metadata that is not right', () => {
    expect(() => embedMetadata(HEADER, { ...metadata, version: 'one' })).toThrow(
      expect.objectContaining({ code: 'LOAD_INVALID_METADATA', field: 'version' }),
    );
  });
});
