import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

{{#OUTPUT}}
import { checkPlugin, createTestHost } from '@testbench/sdk';
{{/OUTPUT}}
{{#NO_OUTPUT}}
import { checkPlugin } from '@testbench/sdk';
{{/NO_OUTPUT}}

const path = fileURLToPath(new URL('build/{{NAME}}.wasm', import.meta.url));
const input = {{INPUT}};

{{#OUTPUT}}
test('gives what it should', async () => {
  const host = await createTestHost(path);
  const { data } = await host.call(input);
  assert.deepEqual(data, {{OUTPUT}});
  await host.close();
});

{{/OUTPUT}}
{{#REFUSED}}
test('refuses what makes no sense', async () => {
  const host = await createTestHost(path);
  await assert.rejects(host.call({{REFUSED}}), { code: 'CALL_INVALID_INPUT' });
  await host.close();
});

{{/REFUSED}}
test('keeps the contract', async () => {
  const { ok, findings } = await checkPlugin(await readFile(path), { inputs: [input] });
  assert.ok(ok, JSON.stringify(findings, null, 2));
});
