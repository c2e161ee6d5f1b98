import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PluginSystem } from '@testbench/core';
import { describe, expect, it, onTestFinished } from 'vitest';

import { buildScript } from './build-script.js';

const SCRIPTS = {
  'sum.ts': `import { defineEvaluator } from '@testbench/script';
export default defineEvaluator({
  capabilities: ['multi_modal_evaluation'],
  evaluate(_record, { attachments }) {
    const [first, second] = attachments;
    let sum = 0;
    for (const byte of first.bytes()) sum += byte;
    return { score: 1, metrics: { sum, size: first.size }, explanation: first.mediaType + ' ' + second.text() };
  },
});
`,
  'sum.py': `plugin = {"capabilities": ["multi_modal_evaluation"]}

def evaluate(record, context):
    first, second = context.attachments
    return {
        "score": 1,
        "metrics": {"sum": sum(first.bytes()), "size": first.size},
        "explanation": first.media_type + " " + second.text(),
    }
`,
} as const;

describe('attachments of scripts', () => {
  it.each(Object.entries(SCRIPTS))('are bytes and text (%s)', async (name, source) => {
    const folder = await mkdtemp(join(tmpdir(), 'testbench-script-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, name), source);
    const { bytes } = await buildScript({ path: join(folder, name) });
    await using system = new PluginSystem({ limits: { maxFuel: 1e11, timeoutMs: 60_000 } });
    await system.loadPluginFromBytes('sum', bytes);
    const attachments = [
      { mediaType: 'image/png', bytes: Uint8Array.from({ length: 100_000 }, (_, n) => n % 251) },
      { mediaType: 'text/plain', bytes: new TextEncoder().encode('é😀') },
    ];
    const described = attachments.map(({ mediaType, bytes: { length } }) => ({
      field: 'f',
      media_type: mediaType,
      bytes: length,
      digest: 'sha256:0',
    }));
    const data = { output: '', attachments: described };
    const sum = attachments[0]!.bytes.reduce((total, byte) => total + byte, 0);
    expect((await system.executePlugin('sum', { data }, { attachments })).data).toMatchObject({
      metrics: { sum, size: 100_000 },
      explanation: 'image/png é😀',
    });
    // A call without files: the script is told why.
    await expect(system.executePlugin('sum', { data })).rejects.toMatchObject({
      code: 'CALL_PLUGIN_FAILED',
    });
  });
});
