import { type LoadPluginOptions, PluginSystem } from '@testbench/core';
import { OPTIMIZE } from '@testbench/test-kit/author-project';
import { CallError, describePlace } from '@testbench/types/errors';
import { afterAll, describe, expect, it } from 'vitest';

import { buildFailing, type FailingPlugin, removeProjects } from './projects.js';

const LANGUAGES = {
  AssemblyScript: await buildFailing('probe.as', 'assembly/index.ts'),
  C: await buildFailing('probe.c', 'src/plugin.c'),
  Rust: await buildFailing('probe.rs', 'src/lib.rs'),
  JavaScript: await buildFailing('metric.ts', 'metric.ts'),
  Python: await buildFailing('metric.py', 'metric.py'),
};

/** What each plugin does, and with which code it fails. */
const TRAPS = {
  AssemblyScript: {
    bounds: 'CALL_TRAPPED',
    divide: 'CALL_TRAPPED',
    unreachable: 'CALL_TRAPPED',
    stack: 'CALL_STACK_EXHAUSTED',
    fuel: 'CALL_FUEL_EXHAUSTED',
  },
  C: {
    bounds: 'CALL_TRAPPED',
    divide: 'CALL_TRAPPED',
    unreachable: 'CALL_TRAPPED',
    // Its own stack overflows before the engine's.
    stack: 'CALL_TRAPPED',
    fuel: 'CALL_FUEL_EXHAUSTED',
  },
  Rust: {
    bounds: 'CALL_TRAPPED',
    divide: 'CALL_TRAPPED',
    unreachable: 'CALL_TRAPPED',
    stack: 'CALL_STACK_EXHAUSTED',
    fuel: 'CALL_FUEL_EXHAUSTED',
  },
  JavaScript: { throw: 'CALL_PLUGIN_FAILED' },
  Python: { throw: 'CALL_PLUGIN_FAILED' },
} as const;

const ISOLATIONS = ['inline', 'thread', 'process'] as const;

const notes: string[] = [];
const system = new PluginSystem({
  limits: { timeoutMs: 60_000 },
  onLog: ({ level, message }) => notes.push(`${level} ${message}`),
});
afterAll(async () => {
  await system.close();
  removeProjects();
});

async function failureOf(id: string, data: unknown): Promise<CallError> {
  try {
    await system.executePlugin(id, { data }, { maxFuel: 200_000_000 });
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
  throw new Error('no failure');
}

async function withPlugin<T>(
  { path }: FailingPlugin,
  options: LoadPluginOptions,
  use: (id: string) => Promise<T>,
): Promise<T> {
  const id = 'failing';
  await system.loadPlugin(path, { id, ...options });
  try {
    return await use(id);
  } finally {
    await system.unloadPlugin(id);
  }
}

const cases = ISOLATIONS.flatMap((isolation) =>
  Object.entries(LANGUAGES).map(([language, plugin]) => ({ isolation, language, plugin })),
);

describe(`a failure has its file and line, in C and AssemblyScript for ${OPTIMIZE}`, () => {
  it.each(cases)('in $language, $isolation (needs its compiler)', async (test) => {
    const { isolation, language, plugin } = test;
    if (plugin === undefined) return;
    await withPlugin(plugin, { isolation }, async (id) => {
      for (const [what, code] of Object.entries(TRAPS[language as keyof typeof TRAPS])) {
        const error = await failureOf(id, language === 'Python' ? { output: what } : what);
        const frame = error.guestStack.find(({ file }) => file === plugin.file);
        const { line } = frame ?? {};
        expect({ what, code: error.code, line }).toEqual({ what, code, line: plugin.lineOf(what) });
        expect(describePlace(error)).toMatch(new RegExp(`^${plugin.file}:${line}:\\d+ in \\S`));
      }
    });
  });

  it.each(cases.filter(({ language }) => !['JavaScript', 'Python'].includes(language)))(
    'and its callers, in $language, $isolation (needs its compiler)',
    async ({ isolation, plugin }) => {
      if (plugin === undefined) return;
      await withPlugin(plugin, { isolation }, async (id) => {
        const { guestStack } = await failureOf(id, 'stack');
        expect(guestStack.length).toBeGreaterThanOrEqual(isolation === 'inline' ? 8 : 30);
        const calls = guestStack.filter(({ function: name }) => /deeper/.test(name));
        expect(calls.length).toBeGreaterThanOrEqual(guestStack.length - 3);
        for (const { file } of calls) expect(file).toBe(plugin.file);
        const excerpts = guestStack.flatMap(({ excerpt = [] }) => excerpt);
        expect(excerpts.filter(({ text }) => text.endsWith('at: stack')).length).toBe(1);
      });
    },
  );
});
