import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PluginSystem } from '@testbench/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildScript } from '../build-script.js';
import { RUN_CODE } from '../run-code.js';

const probes = fileURLToPath(new URL('../__fixtures__/probes.py', import.meta.url));
const hostile = fileURLToPath(new URL('../__fixtures__/hostile.py', import.meta.url));

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const PROBLEMS = join(
  process.env['TESTBENCH_SHARED'] ?? join(root, '../shared'),
  'data/humaneval.jsonl',
);
const PYTHON = '/usr/bin/python3';

let folder: string;
let system: PluginSystem;
const logs: string[] = [];

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const build = async (text: string) => buildScript({ path: await write('metric.py', text) });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testbench-python-'));
  system = new PluginSystem({
    isolation: 'inline',
    limits: { timeoutMs: 60_000 },
    onLog: ({ level, message }) => logs.push(`${level} ${message}`),
  });
  for (const [id, path] of [
    ['probes', probes],
    ['hostile', hostile],
  ] as const) {
    const { bytes } = await buildScript({ path });
    await system.loadPluginFromBytes(id, bytes, {
      state: 'reset',
      ...(id === 'hostile' ? { config: { most: 3 } } : { limits: { maxFuel: 20_000_000_000 } }),
    });
  }
}, 60_000);
afterAll(async () => {
  await system.close();
  await rm(folder, { recursive: true });
});

describe('a script in Python', () => {
  it('has what metrics use of the language and its library', async () => {
    const { data } = await system.executePlugin('probes', { data: null });
    const missing = Object.entries(data as object).filter(([, problem]) => problem !== null);
    expect(missing).toEqual([]);
    expect(Object.keys(data as object).length).toBeGreaterThanOrEqual(35);
  });

  it.each([
    ['a number', 'number', { score: 0.5 }],
    ['a truth value', 'boolean', { score: 1 }],
    ['a dict', 'dict', { score: 0.25, metrics: { most: 3 }, explanation: 'é' }],
  ])('may give %s', async (_, output, expected) => {
    expect((await system.executePlugin('hostile', { data: { output } })).data).toEqual(expected);
  });

  it('prints to the log', async () => {
    await system.executePlugin('hostile', { data: { output: 'print' } });
    expect(logs).toEqual(
      expect.arrayContaining(['info one', 'info two', 'warn three', 'error four']),
    );
  });

  it('says where it raised, in the source', async () => {
    await expect(
      system.executePlugin('hostile', { data: { output: 'raise' } }),
    ).rejects.toMatchObject({
      code: 'CALL_PLUGIN_FAILED',
      pluginMessage: expect.stringMatching(/^ValueError: no good \(hostile\.py:\d+:\d+\)$/),
      pluginDetails: {
        stack: [{ function: 'inner', file: 'hostile.py' }, { function: 'evaluate' }],
      },
    });
  });

  it('gets other random numbers in each call, and other ones than at build', async () => {
    const calls = [1, 2, 3].map(
      async () => (await system.executePlugin('hostile', { data: { output: 'random' } })).data,
    );
    const scores = (await Promise.all(calls)).map((data) => (data as { score: number }).score);
    expect(new Set(scores).size).toBe(3);
  });

  it.each([
    ['a loop without end', 'loop', 'CALL_FUEL_EXHAUSTED'],
    ['recursion without end', 'recursion', 'CALL_PLUGIN_FAILED'],
    ['more memory than there is', 'memory', 'CALL_PLUGIN_FAILED'],
    ['an exit', 'exit', 'CALL_PLUGIN_FAILED'],
    ['a file', 'file', 'CALL_PLUGIN_FAILED'],
    ['a module that it did not name', 'import', 'CALL_PLUGIN_FAILED'],
    ['an answer that is no JSON', 'nan', 'CALL_PLUGIN_FAILED'],
    ['modules that read memory', 'testcapi', 'CALL_PLUGIN_FAILED'],
  ])('is stopped at %s, and answers afterwards', async (_, output, code) => {
    await expect(system.executePlugin('hostile', { data: { output } })).rejects.toMatchObject({
      code,
    });
    expect((await system.executePlugin('hostile', { data: { output: 'number' } })).data).toEqual({
      score: 0.5,
    });
  });

  it('becomes the same bytes each time', async () => {
    const [one, other] = [
      await buildScript({ path: hostile }),
      await buildScript({ path: hostile }),
    ];
    expect(Buffer.compare(one.bytes, other.bytes)).toBe(0);
    expect(one.metadata).toMatchObject({
      name: 'hostile',
      description: 'Does what it is asked to.',
      metering: 'exact',
    });
    expect(one.bytes.length).toBeLessThan(16 * 2 ** 20);
  });

  it.each([
    ['import numpy\ndef evaluate(r, c): return 1', 1, "No module named 'numpy'"],
    ['def evaluate(r, c):\n    import pandas as pd\n    return 1', 2, "No module named 'pandas'"],
    ['def evaluate(r, c)\n    return 1', 1, "expected ':'"],
    ['x = 1\n1 / 0', 2, 'ZeroDivisionError'],
    ['while True:\n    pass', 0, 'does not end'],
    ['x = 1', 0, 'it defines no function'],
  ])('is refused at build: %j', async (text, line, message) => {
    await expect(build(text)).rejects.toMatchObject({
      code: 'SCRIPT_EVALUATE_FAILED',
      problems: [
        {
          file: 'metric.py',
          ...(line === 0 ? {} : { line }),
          message: expect.stringContaining(message),
        },
      ],
    });
  });

  it('may import what may be missing, and modules next to it', async () => {
    await write('helper.py', 'FACTOR = 2\n');
    const { inputs } = await build(
      'try:\n    import numpy\nexcept ImportError:\n    numpy = None\nfrom helper import FACTOR\ndef evaluate(r, c): return FACTOR / 4',
    );
    expect(inputs.map((path) => path.slice(folder.length + 1)).toSorted()).toEqual([
      'helper.py',
      'metric.py',
    ]);
  });

  it('may be an expression', async () => {
    const { metadata } = await buildScript({
      path: folder,
      inline: 'len(output) < 200',
      language: 'python',
    });
    expect(metadata.pluginType).toBe('evaluator');
  });
});

describe('fetch() in Python', () => {
  const script = `
import random, json
plugin = {"name": "asks", "permissions": {"network": True, "allowed_hosts": ["127.0.0.1"]}}
class Mine(Exception): pass
def run(data, context):
    print("asking")
    base, drawn = data["base"], random.random()
    if "target" in data:
        return context.fetch(data["target"]).text
    try:
        first, second = context.fetch_all([f"{base}/a", {"url": f"{base}/b", "method": "post", "json": {"x": 1}}])
    except BaseException as error:
        # What ends a round is caught, too; the host is asked all the same.
        raise Mine(repr(error))
    print("asked")
    third = context.fetch(f"{base}/c?{first.text}", "PUT", headers={"Accept": "text/plain"}, body=bytes([255]))
    return {
        "texts": [first.text, second.json(), third.text], "ok": third.ok, "status": second.status,
        "type": second.headers["Content-Type"], "bytes": list(third.body), "drawn": drawn,
    }
`;
  let server: Server;
  let base: string;
  let path: string;
  const seen: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('hex');
        seen.push(`${request.method} ${request.url} ${body}`);
        if (request.url === '/b') {
          response.writeHead(201, { 'content-type': 'application/json' }).end('{"b":[1]}');
        } else response.end(request.url!.startsWith('/c') ? Buffer.of(0xff, 0x61) : 'first');
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    path = await write('asks.wasm', '');
    await writeFile(path, (await build(script)).bytes);
  });
  afterAll(() => server.close());

  it.each(['inline', 'thread', 'process'] as const)(
    'asks the host in rounds, in isolation %s, by grant alone',
    async (isolation) => {
      const told: string[] = [];
      seen.length = 0;
      await using host = new PluginSystem({
        isolation,
        limits: { timeoutMs: 60_000 },
        onLog: ({ message }) => told.push(message),
      });
      await host.loadPlugin(path, {
        id: 'asks',
        permissions: { network: true, allowedHosts: [base] },
      });
      const { data } = await host.executePlugin<any>('asks', { data: { base } });
      expect(data).toEqual({
        texts: ['first', { b: [1] }, '\ufffda'],
        ok: true,
        status: 201,
        type: 'application/json',
        bytes: [0xff, 0x61],
        drawn: expect.any(Number),
      });
      expect(seen).toEqual(['GET /a ', 'POST /b 7b2278223a20317d', 'PUT /c?first ff']);
      expect(told).toEqual(['asking', 'asked']);
      const target = 'http://elsewhere.example/x';
      await expect(host.executePlugin('asks', { data: { base, target } })).rejects.toMatchObject({
        code: 'CALL_PLUGIN_FAILED',
        message: expect.stringContaining(
          `AskError: Cannot fetch ${target}: it is not permitted; the host has to grant it: permissions: { network: true, allowedHosts: ["http://elsewhere.example"] }`,
        ),
      });
    },
    60_000,
  );

  it('is refused to a script that does not say that it asks', async () => {
    const { bytes } = await build(
      'def run(data, context): return context.fetch("http://a.example/").text',
    );
    await system.loadPluginFromBytes('silent', bytes);
    await expect(system.executePlugin('silent', { data: null })).rejects.toMatchObject({
      message: expect.stringContaining(
        'add "permissions": {"network": True, "allowed_hosts": [...]}',
      ),
    });
  });
});

describe('run-code', () => {
  const prompt = 'import math\n\ndef double(x):\n    """Doubles."""\n';
  const test =
    'def check(candidate):\n    assert candidate(2) == 4\n    assert math.fabs(candidate(0.5) - 1) < 1e-9, "half"\n';
  const judge = async (output: string, tests = test) =>
    (
      await system.executePlugin<any>('run-code', {
        data: { output, prompt, test: tests, entry_point: 'double' },
      })
    ).data;

  beforeAll(async () => {
    const { bytes } = await buildScript({ path: RUN_CODE });
    await system.loadPluginFromBytes('run-code', bytes, {
      config: { steps: 100_000 },
      limits: { maxFuel: 20_000_000_000 },
    });
  }, 60_000);

  it.each([
    ['goes on with the prompt', '    return 2 * x\n'],
    ['is a block of Markdown', 'Sure!\n```python\ndef double(x):\n    return x + x\n```\nDone.'],
  ])('passes code that %s', async (_, output) => {
    expect(await judge(output)).toMatchObject({ score: 1, metrics: { tests: 2, tests_passed: 2 } });
  });

  it.each([
    ['is wrong', '    return 2 * int(x)\n', 'test 2 failed: AssertionError: half'],
    ['does nothing', '    pass\n', 'test 1 failed'],
    ['cannot be read', '    return (\n', 'SyntaxError'],
    ['never ends', '    while True:\n        pass\n', 'takes more steps'],
    ['never ends in a generator', '    return sum(1 for _ in iter(int, 1))\n', 'takes more steps'],
    ['recurses', '    return double(x)\n', 'RecursionError'],
    ['takes all memory', '    return [0] * 10**9\n', 'MemoryError'],
    [
      'prints that it passed, and leaves',
      '    print("PASS")\n    import sys\n    sys.exit(0)\n',
      'SystemExit',
    ],
    ['raises SystemExit at once', '    pass\nraise SystemExit(0)\n', 'SystemExit'],
    [
      'has a value that is equal to everything',
      '    class A:\n        def __eq__(self, o): return True\n    return A()\n',
      'failed',
    ],
    [
      'has a number that is equal to everything',
      '    class A(int):\n        def __eq__(self, o): return True\n    return A()\n',
      'failed',
    ],
    [
      'replaces what asserts',
      '    pass\nimport builtins\nbuiltins.AssertionError = None\nbuiltins.abs = lambda x: 0\nmath.fabs = lambda x: 0\n',
      'test 1 failed',
    ],
    [
      'looks for the tests',
      '    import sys\n    f = sys._getframe()\n    while f:\n        if "candidate" + "(2)" in str(f.f_globals): return 4\n        f = f.f_back\n    return None\n',
      'test 1 failed',
    ],
    [
      'looks for the tests in all objects',
      '    import gc\n    return 4 if any("candidate(2)" in o for o in gc.get_objects() if isinstance(o, str)) else None\n',
      'test 1 failed',
    ],
    [
      'patches who judges',
      '    import __main__, testbench, plugin\n    plugin.Verdict.__exit__ = lambda *a: True\n    testbench.plain = lambda *a: 4\n    return 4 if x == 2 else 9\n',
      'test 2',
    ],
    [
      'writes to the host',
      '    import posix\n    try: posix.write(2, b\'O{"data": {"score": 1}}\')\n    except OSError: pass\n    return None\n',
      'failed',
    ],
    [
      'makes code of bytes',
      '    return (lambda: 0).__code__.replace(co_code=b"").co_argcount\n',
      'RuntimeError',
    ],
    [
      'floods its output',
      '    for i in range(5000): print("x" * 1000)\n    return None\n',
      'failed',
    ],
  ])('fails code that %s', async (_, output, message) => {
    const data = await judge(output);
    expect(data).toMatchObject({ score: 0, explanation: expect.stringContaining(message) });
    expect(data.explanation.length).toBeLessThan(4_000);
  });

  it('runs a list of tests, and sees what a function does to its arguments', async () => {
    const { data } = await system.executePlugin<any>('run-code', {
      data: {
        output: 'def f(x):\n    x.append(1)\n',
        tests: ['a = []\nf(a)\nassert a == [1]', 'assert f([]) is None'],
      },
    });
    expect(data).toMatchObject({ score: 1, metrics: { tests: 2 } });
  });

  it.skipIf(!existsSync(PROBLEMS) || !existsSync(PYTHON))(
    `says of programs made of HumanEval what CPython says (needs ${PROBLEMS} and ${PYTHON})`,
    async () => {
      const script = fileURLToPath(new URL('conformance/run-code/reference.py', `file://${root}`));
      const programs = JSON.parse(
        execFileSync(PYTHON, [script, PROBLEMS, '55']).toString(),
      ) as readonly {
        readonly output: string;
        readonly passes: boolean;
      }[];
      expect(programs).toHaveLength(9);
      for (const { passes, ...program } of programs) {
        const { data } = await system.executePlugin<any>('run-code', { data: program });
        expect({ ...program, passes: data.score === 1 }).toEqual({ ...program, passes });
      }
    },
  );

  it('keeps its worlds apart where answers are longer than the memory that the build had left', async () => {
    // With `keep`, the judge's allocator has memory from before that a copy of its world would take for its own: the third of these was judged wrong.
    const long = `    return 2 * x\n# ${'x'.repeat(300_000)}\n`;
    for (let call = 0; call < 4; call += 1) {
      expect(await judge(long)).toMatchObject({ score: 1, metrics: { tests_passed: 2 } });
    }
    const greedy = `    kept.append(b"\\xff" * 100_000)\n    return None\nkept = []\n# ${'x'.repeat(300_000)}\n`;
    expect(await judge(greedy)).toMatchObject({
      score: 0,
      explanation: expect.stringContaining('test 1 failed'),
    });
    expect(await judge(long)).toMatchObject({ score: 1 });
  }, 60_000);

  it('judges an answer of 3 MB within the default memory', async () => {
    const { bytes } = await buildScript({ path: RUN_CODE });
    const limits = { maxFuel: 60_000_000_000, maxInputBytes: 8 * 1024 * 1024 };
    await system.loadPluginFromBytes('long', bytes, { state: 'reset', limits });
    const { data } = await system.executePlugin<any>('long', {
      data: {
        output: `    return 2 * x\n# ${'x'.repeat(3_000_000)}\n`,
        prompt,
        test,
        entry_point: 'double',
      },
    });
    expect(data).toMatchObject({ score: 1 });
  }, 60_000);

  it('says how many tests passed', async () => {
    const data = await judge('    return 2 * int(x)\n');
    expect(data.metrics).toEqual({ tests: 2, tests_passed: 1, timed_out: 0 });
  });
});
