import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { main } from '@testbench/cli';
import { createPlugin, TEMPLATE_LANGUAGES } from '@testbench/create-plugin';
import { buildScript } from '@testbench/script';
import { BuildError, buildPlugin, createTestHost } from '@testbench/sdk';
import { C_FLAGS, linkPackages } from '@testbench/test-kit/author-project';
import { PLUGIN_TYPES, type PluginMetadata, type PluginType } from '@testbench/types';
import { afterAll, describe, expect, it } from 'vitest';

type TemplateLanguage = (typeof TEMPLATE_LANGUAGES)[number];

/** Number of types that are built in each language, such that every type is built in some language; CI builds all of them. */
const TEMPLATES = Number(process.env['TEMPLATES'] ?? 2);

/** Languages with their own compiler; all others are scripts. */
export const COMPILED: readonly TemplateLanguage[] = ['assemblyscript', 'rust', 'c'];

const root = mkdtempSync(join(tmpdir(), 'testbench-scaffold-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const text = 'one\ntwo';
const kept = { model: 'a', output: 'x' };
/** What a benchmark passes, and what a fresh plugin returns for it; the text of a transform is the data itself, or its `text`. */
const IN_BENCHMARK: Partial<Record<PluginType, { data: object; gives: unknown }>> = {
  transform: {
    data: { text, record: {} },
    gives: expect.toSatisfy((data: unknown) => {
      return data === 'one' || (data as { text?: unknown }).text === 'one';
    }),
  },
  filter: {
    data: { items: [kept, { model: 'b', output: '' }], record: {} },
    gives: { items: [kept], dropped: [{ index: 1, reason: 'no text' }] },
  },
};

/** Builds like the project's own `npm run build`. */
async function build(
  directory: string,
): Promise<{ metadata: PluginMetadata; path: string; warnings: readonly unknown[] }> {
  const script = scriptOf(directory);
  if (script === undefined) {
    const flags = existsSync(join(directory, 'src/plugin.c')) ? C_FLAGS : [];
    return await buildPlugin({ directory, optimize: 'none', flags });
  }
  const { bytes, metadata, warnings } = await buildScript({ path: join(directory, script) });
  const path = join(directory, 'build', `${basename(directory)}.wasm`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return { metadata, path, warnings };
}

function scriptOf(directory: string): string | undefined {
  return ['plugin.ts', 'plugin.js', 'plugin.py'].find((name) => existsSync(join(directory, name)));
}

/** Tests like the project's own `npm test`, without building again. */
async function testProject(
  directory: string,
  path: string,
): Promise<{ status: number | null; told: string }> {
  if (scriptOf(directory) === undefined) {
    const { status, stdout } = spawnSync(process.execPath, ['--test'], {
      cwd: directory,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NO_COLOR: '1' },
    });
    return { status, told: stdout };
  }
  let told = '';
  const output = { isTTY: false, write: (part: string) => (told += part) };
  const { signal } = new AbortController();
  const io = { stdout: output, stderr: output, env: {}, cwd: directory, signal };
  const status = await main(['test', path, '--golden', join(directory, 'golden.jsonl')], io);
  return { status, told };
}

const PASSES = [
  /pass 3\n.*fail 0\n/s,
  /2 lines of golden\.jsonl .*\n.* 0 warnings, 0 failed\n$/,
] as const;

/** Languages whose compiler may be missing: the others include theirs. */
const WITH_COMPILER: ReadonlySet<TemplateLanguage> = new Set(['rust', 'c']);

/** Each language begins with a different type. */
function typesOf(language: TemplateLanguage): PluginType[] {
  const first = TEMPLATE_LANGUAGES.indexOf(language);
  const turned = PLUGIN_TYPES.map((_, at) => PLUGIN_TYPES[(first + at) % PLUGIN_TYPES.length]!);
  return turned.slice(0, TEMPLATES);
}

const built = new Map<string, ReturnType<typeof build>>();

/** A fresh project, created and built once. */
async function buildFresh(language: TemplateLanguage, type: PluginType): ReturnType<typeof build> {
  const directory = directoryOf(language, type);
  if (!built.has(directory)) {
    await createPlugin({ directory, language, type });
    linkPackages(directory);
    built.set(directory, build(directory));
  }
  return await built.get(directory)!;
}

const directoryOf = (language: TemplateLanguage, type: PluginType): string =>
  join(root, `${language}-${type}`);

/** Whether this machine has the language's compiler, as reported by the build. */
async function canBuild(language: TemplateLanguage): Promise<boolean> {
  if (!WITH_COMPILER.has(language)) return true;
  try {
    await buildFresh(language, typesOf(language)[0]!);
    return true;
  } catch (error) {
    if (!(error instanceof BuildError) || error.code !== 'BUILD_NO_COMPILER') throw error;
    process.stderr.write(`skipped: ${error.message}\n`);
    return false;
  }
}

// Whole-program optimization is for the product; here many plugins are built, so less optimisation is enough. One folder for all, so
// that shared dependencies are compiled only once.
Object.assign(process.env, {
  CARGO_TARGET_DIR: join(root, 'target'),
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
});

/** Suites for projects as `create-plugin` creates them, of every type: each must build, and pass its own test. */
export async function testTemplates(languages: readonly TemplateLanguage[]): Promise<void> {
  for (const language of languages) {
    const possible = await canBuild(language);
    const types = typesOf(language);
    const share = `${types.length} of ${PLUGIN_TYPES.length} types`;
    describe(`a fresh project in ${language}, ${share} (needs its compiler)`, () => {
      it.skipIf(!possible).each(types)(
        'of type %s builds, and passes its own test',
        async (type) => {
          const directory = directoryOf(language, type);
          const { metadata, path, warnings } = await buildFresh(language, type);
          expect(metadata).toMatchObject({
            name: `${language}-${type}`,
            version: '0.1.0',
            pluginType: type,
          });
          expect(warnings).toEqual([]);
          const { status, told } = await testProject(directory, path);
          const passes = PASSES[scriptOf(directory) === undefined ? 0 : 1];
          expect({ status, told }).toEqual({ status: 0, told: expect.stringMatching(passes) });
          const inBenchmark = IN_BENCHMARK[type];
          if (inBenchmark === undefined) return;
          await using host = await createTestHost(path);
          expect((await host.call(inBenchmark.data)).data).toEqual(inBenchmark.gives);
        },
      );
    });
  }
}
