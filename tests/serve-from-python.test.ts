import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PluginSystem } from '@testbench/core';
import { startPluginServer } from '@testbench/serve';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const client = join(import.meta.dirname, '../examples/python-client');
const plugin = (name: string): string =>
  join(import.meta.dirname, `../example-plugins/${name}/build/${name}.wasm`);
const hasPython = spawnSync('python3', ['--version']).status === 0;

const PROGRAM = `
import json, sys
from testbench_client import Client, ServeError

url, token = sys.argv[1:]
told = {}
with Client(url, token) as bench:
    told["plugins"] = [plugin["id"] for plugin in bench.plugins()]
    told["one"] = bench.evaluate("exact-match", output="Paris é", expected="Paris é")["score"]
    rows = [dict(output=str(n % 3), expected="1") for n in range(450)]
    told["mean"] = sum(result["score"] for result in bench.evaluate_all("exact-match", rows)) / len(rows)
    events = list(bench.stream("exact-match", inputs=rows[:3]))
    told["stream"] = [(event["index"], event["data"]["score"]) for event in events]
    # A stream that is left early does not spoil the next answer.
    for event in bench.stream("exact-match", inputs=rows):
        break
    try:
        bench.execute("none", {})
    except ServeError as error:
        told["error"] = [error.code, error.status, error.retryable]
    try:
        bench.evaluate("exact-match", output=float("nan"))
    except ValueError as error:
        told["nan"] = True
with Client(url, "wrong") as bench:
    try:
        bench.plugins()
    except ServeError as error:
        told["refused"] = error.code
print(json.dumps(told))
`;

describe.skipIf(!hasPython)('examples/python-client, which needs python3', () => {
  let system: PluginSystem;
  beforeAll(async () => {
    system = new PluginSystem();
    await system.loadPlugin(plugin('exact-match'), { state: 'reset' });
  });
  afterAll(() => system.close());

  it('calls plugins from Python', async () => {
    await using server = await startPluginServer({ system });
    const args = ['-c', PROGRAM, server.url, server.token];
    const { stdout } = await run('python3', args, {
      cwd: client,
      env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1' },
    });
    expect(JSON.parse(stdout)).toEqual({
      plugins: ['exact-match'],
      one: 1,
      mean: 1 / 3,
      stream: [
        [0, 0],
        [1, 1],
        [2, 0],
      ],
      error: ['SERVE_NOT_SERVED', 404, false],
      nan: true,
      refused: 'SERVE_NO_TOKEN',
    });
  });

  it('scores lines as a program', async () => {
    await using server = await startPluginServer({ system });
    const env = {
      PATH: process.env['PATH'],
      TESTBENCH_SERVE_TOKEN: server.token,
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const running = run('python3', ['testbench_client.py', server.url, 'exact-match'], {
      cwd: client,
      env,
    });
    running.child.stdin!.end('{"output":"a","expected":"a"}\n\n{"output":"a","expected":"b"}\n');
    expect(await running).toMatchObject({ stdout: '1\n0\n', stderr: 'mean 0.5000 of 2\n' });
  });
});
