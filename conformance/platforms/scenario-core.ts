// What a page does with plugins: bundled by esbuild and by vite as its author would, and run in Chromium.
import {
  createMemorySecrets,
  type ExecuteOptions,
  LoadError,
  type Plugin,
  PluginError,
  PluginSystem,
  type PluginSystemOptions,
} from '@testbench/core/browser';

import { type Finding, MARK } from './findings.js';

const PAGE = 65_536;

async function coreFindings(): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (check: string, value: string, ok: boolean): void => {
    findings.push({ check: `core: ${check}`, value, ok });
  };
  const logs: string[] = [];
  const system = new PluginSystem({
    limits: { maxMemoryBytes: 64 * PAGE, maxFuel: 100_000_000 },
    secrets: createMemorySecrets({
      OPENAI_API_KEY: {
        value: 'sk-of-the-page',
        hosts: [location.origin, `http://localhost:${location.port}`],
      },
    }),
    onLog: ({ message }) => logs.push(message),
  });

  const exactMatch = await system.loadPlugin('/plugins/exact-match.wasm', {
    pluginType: 'evaluator',
  });
  const scores = await exactMatch.batch([
    { output: 'Paris', expected: 'Paris' },
    { output: 'Rome', expected: 'Paris' },
  ]);
  const values = scores.map((each) => (each.status === 'fulfilled' ? each.value.data.score : -1));
  add('fetches a plugin and runs it', values.join(), values.join() === '1,0');
  const { isolation } = exactMatch.info ?? {};
  add('isolation', isolation ?? 'none', isolation === 'inline');

  const ask = async (allowedHosts: readonly string[], base: string): Promise<string> => {
    const openai = await system.loadPlugin('/plugins/openai.wasm', {
      config: { base_url: base, retries: 0 },
      permissions: { network: true, allowedHosts },
    });
    try {
      const { data } = await openai.execute({ model: 'test', prompt: 'Capital of France?' });
      return (data as { readonly text: string }).text;
    } catch (error) {
      return codeOf(error);
    } finally {
      await openai.unload();
    }
  };
  const answer = await ask([location.origin], `${location.origin}/v1`);
  add('a fetch that is granted', answer, answer === 'Paris, asked with the key: **************');
  const other = `http://localhost:${location.port}`;
  for (const [check, hosts, base, log] of [
    ['a fetch that is not granted', ['api.example.com'], location.origin, 'denied: HTTP request'],
    // The policy of the page prevents access to any other origin, and does not report this to the page.
    ['a fetch that the browser refuses', [other], other, 'ERR_NO_ANSWER_OR_CORS'],
    ['a redirection', [location.origin], `${location.origin}/moved`, 'ERR_REDIRECTED'],
  ] as const) {
    logs.length = 0;
    const code = await ask(hosts, base);
    const isLogged = logs.some((line) => line.includes(log));
    add(check, `${code}, logged ${isLogged}`, code === 'CALL_PLUGIN_FAILED' && isLogged);
  }

  const endless: ExecuteOptions = { timeoutMs: 50, maxFuel: Number.POSITIVE_INFINITY };
  for (const [name, options, expected] of [
    ['endless', endless, 'CALL_DEADLINE_EXCEEDED'],
    ['endless', { timeoutMs: 60_000, maxFuel: 1_000_000 }, 'CALL_FUEL_EXHAUSTED'],
    ['growing', {}, 'CALL_MEMORY_EXHAUSTED'],
  ] as const) {
    const bad: Plugin = await system.loadPlugin(`/plugins/${name}.wasm`);
    const code = await codeFrom(() => bad.execute(null, options));
    add(`${name}: ${expected}`, code, code === expected);
    await bad.unload();
  }
  const still = await exactMatch.execute({ output: 'Paris', expected: 'Paris' });
  add('the others still run', String(still.data.score), still.data.score === 1);

  for (const [check, run, expected] of [
    ['no such plugin', () => system.loadPlugin('/plugins/none.wasm'), 'LOAD_NOT_FOUND'],
    ['no module', () => system.loadPlugin('/index.html'), 'LOAD_INVALID_MODULE'],
    [
      'a thread',
      () => system.loadPlugin('/plugins/growing.wasm', { isolation: 'thread' }),
      'LOAD_UNSUPPORTED',
    ],
    ['a file that is watched', async () => system.watchPlugin('exact-match'), 'LOAD_UNSUPPORTED'],
    [
      'a directory to search',
      async () => new PluginSystem({ searchPaths: ['plugins'] } as PluginSystemOptions),
      'CONFIG_INVALID',
    ],
  ] as const) {
    const code = await codeFrom(run);
    add(`refuses ${check}`, code, code === expected);
  }
  const error = await system.loadPlugin('/plugins/none.wasm').catch((reason: unknown) => reason);
  add('errors of one class', String(error instanceof LoadError), error instanceof LoadError);
  await system.close();
  return findings;
}

async function codeFrom(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'no error';
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return PluginError.is(error) ? error.code : String(error);
}

async function findAll(): Promise<readonly Finding[]> {
  try {
    return await coreFindings();
  } catch (error) {
    const value = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ check: 'runs to its end', value, ok: false }];
  }
}

const inPage = typeof document === 'object';
const report = MARK + JSON.stringify(await findAll());
await fetch(inPage ? '/page' : '/worker', { method: 'POST', body: report });
if (inPage) void new Worker('/scenario.mjs', { type: 'module' });
