import { Writable } from 'node:stream';

import { LOG_LEVELS } from '@testbench/types/abi';
import { pino } from 'pino';
import { expect, it } from 'vitest';

import { createHostBinding } from './create-host-binding.js';
import { createLogSink } from './create-log-sink.js';

/** A pino logger whose lines are kept. */
function keepingPino(level: string) {
  const lines: unknown[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { lines, sink: createLogSink(pino({ level, base: null }, stream)) };
}

it('gives every level to pino, with its fields', () => {
  const { lines, sink } = keepingPino('trace');
  for (const level of LOG_LEVELS) {
    sink({ pluginId: 'demo', level, message: 'hello', timestampMs: 5, requestId: 'r' });
  }
  expect(lines).toMatchObject(
    [10, 20, 30, 40, 50].map((level) => ({
      level,
      msg: 'hello',
      pluginId: 'demo',
      timestampMs: 5,
      requestId: 'r',
      time: expect.any(Number),
    })),
  );
});

it('lets no plugin forge a line or a field', () => {
  const { lines, sink } = keepingPino('info');
  const memory = new Uint8Array(100);
  const text = 'a\n{"level":60,"msg":"forged"}\u001b[2K","plugin":"x';
  const { written } = new TextEncoder().encodeInto(text, memory);
  const binding = createHostBinding({ pluginId: 'demo', onLog: sink });
  binding.attachMemory({ bytes: () => memory });
  binding.beginCall({});
  const log = binding.imports['env']?.['host_log'] as (...args: number[]) => number;
  expect(log(3, 0, written)).toBe(0);
  binding.endCall();
  expect(lines).toEqual([
    {
      level: 40,
      time: expect.any(Number),
      pluginId: 'demo',
      timestampMs: expect.any(Number),
      msg: 'a\\x0a{"level":60,"msg":"forged"}\\x1b[2K","plugin":"x',
    },
  ]);
});
