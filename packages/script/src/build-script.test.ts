import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { PluginSystem, type PluginSystemOptions } from '@testbench/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildScript } from './build-script.js';

const fixture = fileURLToPath(new URL('__fixtures__/probe.ts', import.meta.url));

let folder: string;
let system: PluginSystem;
const logs: string[] = [];
const requests: string[] = [];

/** Gives a script a task. */
async function probe(name: string, given: unknown = null): Promise<any> {
  const { data } = await system.executePlugin('probe', { data: { probe: name, given } });
  return data;
}

async function write(path: string, text: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testbench-script-'));
  const options: PluginSystemOptions = {
    isolation: 'inline',
    onLog: ({ level, message }) => logs.push(`${level} ${message}`),
    httpTransport: async ({ url }) => {
      requests.push(String(url));
      const body = new TextEncoder().encode(JSON.stringify({ count: requests.length }));
      return {
        statusCode: 200,
        headers: {},
        body: (async function* () {
          yield body;
        })(),
      };
    },
  };
  system = new PluginSystem(options);
  const { bytes } = await buildScript({ path: fixture });
  await system.loadPluginFromBytes('probe', bytes, {
    state: 'reset',
    config: { greeting: 'good day' },
    permissions: { network: true, allowedHosts: ['api.example.com'] },
  });
}, 60_000);
afterAll(async () => {
  await system.close();
  await rm(folder, { recursive: true });
});

describe('a script', () => {
  it('gets its configuration, and is async if it likes', async () => {
    expect(await probe('greet', 'Ada')).toBe('good day, Ada');
    expect(await probe('awaits', 'x')).toBe('x1,x2');
  });

  it.each([
    {
      name: 'throws',
      message: "TypeError: cannot read property 'missing' of undefined (probe-parts.ts:3:10)",
    },
    { name: 'rejects', message: 'RangeError: too far (probe.ts:21:' },
    { name: 'never', message: 'awaits what never comes; there are no timers' },
    { name: 'recurse', message: 'RangeError: Maximum call stack size exceeded (probe.ts:' },
  ])('tells why it $name, and where in its source', async ({ name, message }) => {
    await expect(probe(name)).rejects.toMatchObject({
      code: 'CALL_PLUGIN_FAILED',
      message: expect.stringContaining(message),
    });
    expect(await probe('greet', 'again')).toBe('good day, again');
  });

  it('keeps the stack, by names of the source', async () => {
    await expect(probe('throws')).rejects.toMatchObject({
      pluginDetails: {
        stack: [
          { function: 'deepest', file: 'probe-parts.ts', line: 3 },
          { function: 'throws', file: 'probe.ts', line: 18 },
          { function: 'run', file: 'probe.ts' },
        ],
      },
    });
  });

  it('refuses an input as one that makes no sense', async () => {
    await expect(probe('invalid')).rejects.toMatchObject({ code: 'CALL_INVALID_INPUT' });
  });

  it.each([
    { name: 'Intl', hint: 'there is no Intl' },
    { name: 'setTimeout', hint: 'there are no timers' },
    { name: 'process', hint: 'there is no Node' },
  ])('is told that $name is missing', async ({ name, hint }) => {
    await expect(probe('missing', name)).rejects.toMatchObject({
      message: expect.stringContaining(`${name} is not defined: ${hint}`),
    });
  });

  it('draws other numbers at each call, though its memory is a snapshot', async () => {
    const [atBuild, ...first] = await probe('random');
    const [sameAtBuild, ...second] = await probe('random');
    expect(sameAtBuild).toBe(atBuild);
    expect(new Set([...first, ...second]).size).toBe(6);
  });

  it('logs', async () => {
    logs.length = 0;
    await probe('logs');
    expect(logs).toEqual([
      'info one {"two":2} [3]',
      expect.stringMatching(/^warn TypeError: four \(probe\.ts:\d+:\d+\)$/),
    ]);
  });

  it('keeps state', async () => {
    expect(await probe('state', { a: 1 })).toEqual([null, { a: 1 }, true, false]);
  });

  it('has the usual globals of the web, and nothing of its host', async () => {
    expect(await probe('utf8', 'né\ud83d\ude00\ud800')).toEqual([10, 'né😀\ufffd']);
    expect(await probe('clone')).toEqual([true, true, 0, true, 3]);
    expect(await probe('params', 'a=1&a=2')).toEqual([
      '?a=1&a=2&n%C3%A9+w=1+2',
      ['a', 'a', 'né w'],
    ]);
    const [time, offset] = await probe('time');
    expect(Math.abs(time - Date.now())).toBeLessThan(60_000);
    expect(offset).toBe(0);
    expect(await probe('host')).toEqual([]);
  });

  it.each([
    ['../c?x=1#y', 'https://a.example/b/d/e'],
    ['//other.example:443', 'https://a.example/'],
    ['?q=ü', 'http://a.example/b'],
    ['', 'https://u:p@a.example:8080/b?c#d'],
    ['HTTP://A.Example:80/./a/../b c', undefined],
    ['mailto:a@b.example', undefined],
    ['file:///etc/%2e%2e/x', undefined],
    ['/x\\y', 'https://a.example'],
  ])('reads the URL %j relative to %j as the standard does', async (url, base) => {
    expect(await probe('url', base === undefined ? [url] : [url, base])).toBe(
      new URL(url, base).href,
    );
  });

  it.each(['nothing', 'http://', 'https://a b/', 'https://a.example:99999/'])(
    'refuses the URL %j as the standard does',
    async (url) => {
      expect(URL.canParse(url)).toBe(false);
      await expect(probe('url', [url])).rejects.toMatchObject({ code: 'CALL_PLUGIN_FAILED' });
    },
  );

  it.each(['loop', 'memory'])('is ended by its fuel or memory: %s', async (name) => {
    await expect(probe(name)).rejects.toMatchObject({ name: 'CallError' });
    expect(await probe('greet', 'again')).toBe('good day, again');
  });
});

describe('fetch()', () => {
  it('asks the host in rounds, logs once and draws the same number in each', async () => {
    logs.length = 0;
    requests.length = 0;
    const [drawn, first, second, third] = await probe('fetch', [
      'https://api.example.com/a',
      'https://api.example.com/b',
    ]);
    expect([first, second, third]).toEqual(['{"count":1}', '{"count":2}', { count: 3 }]);
    expect(requests.at(-1)).toBe(`https://api.example.com/${drawn}`);
    expect(logs).toEqual(['info asking', 'info asked']);
  });

  it('is told what is not permitted', async () => {
    await expect(probe('fetch', ['https://evil.example/'])).rejects.toMatchObject({
      code: 'CALL_PLUGIN_FAILED',
      message: expect.stringContaining(
        'AskError: Cannot fetch https://evil.example/: it is not permitted; the host has to grant it: permissions: { network: true, allowedHosts: ["evil.example"] }',
      ),
    });
  });
});

describe('buildScript()', () => {
  it('gives the same bytes in another process', async () => {
    const { bytes, metadata, warnings } = await buildScript({ path: fixture });
    expect(metadata).toMatchObject({
      name: 'probe',
      version: '1.2.3',
      pluginType: 'custom',
      metering: 'exact',
      asking: true,
      permissions: { network: true, allowedHosts: ['api.example.com'] },
    });
    expect(warnings).toEqual([expect.stringContaining('random numbers outside of a call')]);
    const main = fileURLToPath(new URL('../dist/index.js', import.meta.url));
    const code = `import { buildScript } from ${JSON.stringify(main)};
import { createHash } from 'node:crypto';
const { bytes } = await buildScript({ path: ${JSON.stringify(fixture)} });
console.log(createHash('sha256').update(bytes).digest('hex'));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', code],
      { cwd: folder, env: {} },
    );
    expect(stdout.trim()).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it.each([
    {
      title: 'a mistake of syntax',
      text: 'export function evaluate() {\n  return 1 +;\n}\n',
      code: 'SCRIPT_COMPILE_FAILED',
      message: 'Cannot build "wrong.ts": wrong.ts:2:13: Unexpected ";"',
    },
    {
      title: 'a package that is not there',
      text: "import x from 'no-such-package';\nexport const evaluate = () => x;\n",
      code: 'SCRIPT_COMPILE_FAILED',
      message:
        'Cannot build "wrong.ts": wrong.ts:1:15: Could not resolve "no-such-package"; run `npm install no-such-package`',
    },
    {
      title: 'a module of Node',
      text: "import { readFileSync } from 'node:fs';\nexport const evaluate = () => readFileSync('/etc/passwd');\n",
      code: 'SCRIPT_COMPILE_FAILED',
      message:
        'Cannot build "wrong.ts": wrong.ts:1:30: Cannot import "node:fs": scripts have no Node',
    },
    {
      title: 'what fails when it is evaluated',
      text: 'const deep: any = {};\n\nexport const evaluate = deep.a.b;\n',
      code: 'SCRIPT_EVALUATE_FAILED',
      message:
        'Cannot build "wrong.ts": wrong.ts:3:25: TypeError: cannot read property \'b\' of undefined',
    },
    {
      title: 'no function',
      text: 'export const score = 1;\n',
      code: 'SCRIPT_EVALUATE_FAILED',
      message: 'it exports no function "evaluate", "transform"',
    },
    {
      title: 'two functions',
      text: 'export const evaluate = () => 1;\nexport const transform = () => 1;\n',
      code: 'SCRIPT_EVALUATE_FAILED',
      message: 'it exports "evaluate" and "transform", expected one of them',
    },
    {
      title: 'an endless loop at build',
      text: 'for (;;);\nexport const evaluate = () => 1;\n',
      code: 'SCRIPT_EVALUATE_FAILED',
      message: 'its evaluation does not end: it loops, ',
    },
    {
      title: 'a bomb of memory at build',
      text: "let bomb: any = ['x'];\nfor (;;) bomb = [...bomb, ...bomb];\nexport const evaluate = () => bomb;\n",
      code: 'SCRIPT_EVALUATE_FAILED',
      message: 'or takes more memory than a build has',
    },
    {
      title: 'metadata that no host would read',
      text: "export const version = '1';\nexport const evaluate = () => 1;\n",
      code: 'SCRIPT_INVALID',
      message: 'Cannot read metadata field "version": expected a semantic version',
    },
  ])('refuses $title', async ({ text, code, message }) => {
    const path = await write('wrong.ts', text);
    await expect(buildScript({ path })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('bundles packages, JSON and text', async () => {
    await write('node_modules/counts/package.json', '{"name":"counts","main":"index.js"}');
    await write('node_modules/counts/index.js', 'exports.count = (text) => text.length;');
    await write('words.json', '["a","b"]');
    const path = await write(
      'bundled.js',
      "import { count } from 'counts';\nimport words from './words.json';\nexport const evaluate = ({ output }) => count(output) / words.length;\n",
    );
    const { bytes, inputs, metadata } = await buildScript({ path });
    expect(inputs.map((input) => input.slice(folder.length + 1)).toSorted()).toEqual([
      'bundled.js',
      'node_modules/counts/index.js',
      'words.json',
    ]);
    expect(metadata).toMatchObject({ name: 'bundled', version: '0.0.0', pluginType: 'evaluator' });
    const { id } = await system.loadPluginFromBytes(metadata.name, bytes);
    expect((await system.executePlugin(id, { data: { output: 'x' } })).data).toEqual({
      score: 0.5,
    });
  });

  it('takes an expression', async () => {
    const { bytes, metadata } = await buildScript({ path: folder, inline: 'output.length < 3' });
    expect(metadata.name).toMatch(/^inline-[0-9a-f]{8}$/);
    const { id } = await system.loadPluginFromBytes(metadata.name, bytes);
    const score = async (output: string) =>
      (await system.executePlugin(id, { data: { output } })).data;
    expect([await score('ab'), await score('abc')]).toEqual([{ score: 1 }, { score: 0 }]);
  });

  it.each([
    [{ path: 'metric.rb' }, 'SCRIPT_NO_LANGUAGE', 'scripts end in .js, .mjs, .ts, .mts'],
    [{ path: 'missing.ts' }, 'SCRIPT_FILE_FAILED', 'no such file'],
    [{ path: '.', inline: '1', language: 'ruby' }, 'CONFIG_INVALID', 'javascript'],
  ])('refuses %j', async (options, code, message) => {
    await expect(buildScript(options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
