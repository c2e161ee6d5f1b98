import { MessageChannel } from 'node:worker_threads';

import { MAX_RECORDS_PER_CALL } from '@testbench/host';
import type { LogRecord } from '@testbench/types/abi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { GUEST_CALLS_PER_INPUT } from '../limits.js';
import type { RunnerCommand } from '../runner/messages.js';
import { remoteGuest } from './__fixtures__/remote-guest.js';
import { parseReply } from './parse-reply.js';
import { Runner } from './runner.js';
import type { StartRunner } from './runner-link.js';

type RunnerEvents = Parameters<StartRunner>[0];

const options = { timeoutMs: 50 };
const metadata = '{"name":"guest","version":"1.0.0","plugin_type":"custom","api_version":"1.0.0"}';
const loaded = { type: 'loaded', metadata, contract: 'v1', hasBatch: false };
const report = { calls: 0, denied: 0, callsByName: {} };
const call = {
  inputs: ['{}'],
  batch: false,
  timeoutMs: 50,
  maxFuel: 1,
  stream: false,
  randomStream: 0,
};

/** A runner whose other end sends what a test wants. */
function forge(answer: (command: RunnerCommand, events: RunnerEvents) => void) {
  const sent: RunnerCommand[] = [];
  const logs: LogRecord[] = [];
  let killed = 0;
  const runner = new Runner((events) => ({
    graceMs: 5,
    send(message) {
      const command = message as RunnerCommand;
      sent.push(command);
      queueMicrotask(() => answer(command, events));
    },
    requestStop: () => {},
    setBusy: () => {},
    kill: () => (killed += 1),
  }));
  const guest = remoteGuest({
    hostFunctions: ['mine.lookup'],
    onLog: (record) => logs.push(record),
  });
  return { runner, guest, sent, logs, killed: () => killed };
}

// Row 100 of the attack catalogue: a guest that broke out of the engine sends messages as its runner.
describe('Runner', () => {
  it.each([
    { name: 'nothing', message: undefined },
    { name: 'another type', message: { type: 'root' } },
    { name: 'too many outcomes', message: done([ok(0), ok(0)]) },
    { name: 'an output beyond its bytes', message: done([ok(9)]) },
    { name: 'a negative length', message: done([ok(-1)]) },
    {
      name: 'an error code of its own',
      message: done([{ ok: false, error: { code: 'EVIL', message: '' } }]),
    },
    {
      name: 'calls of functions that there are not',
      message: {
        ...done([ok(0)]),
        report: { ...report, callsByName: { ['x'.repeat(100_000)]: 1 } },
      },
    },
    { name: 'usage that is no number', message: done([{ ...ok(0), fuelUsed: Infinity }]) },
    { name: 'an effect that is none', message: { type: 'effect', name: 'constructor', args: [] } },
    {
      name: 'arguments of another kind',
      message: { type: 'effect', name: 'host_env_get', args: [{}] },
    },
    { name: 'an answer to another command', message: { type: 'unloaded' } },
  ])('kills what sends $name', async ({ message }) => {
    const { runner, guest, killed } = forge((command, events) => {
      events.onMessage(command.type === 'load' ? loaded : message);
    });
    await runner.load(guest, options);
    await expect(runner.call(guest, { timeoutMs: 30_000 }, call)).rejects.toMatchObject({
      code: 'CALL_BAD_MESSAGE',
    });
    expect(killed()).toBe(1);
    expect(runner.dead).toBe(true);
  });

  const effect = { type: 'effect', name: 'host_get_state', args: [new Uint8Array(1), 1] };
  const logging = (count: number): unknown[] =>
    Array.from({ length: count }, () => ({ type: 'log', level: 'info', message: '' }));
  it.each([
    { name: 'two effects at a time', messages: [effect, effect] },
    { name: 'a log record while it waits', messages: [effect, ...logging(1)] },
    {
      name: 'more log records than four calls may write',
      messages: logging(GUEST_CALLS_PER_INPUT * MAX_RECORDS_PER_CALL + 1),
    },
    {
      name: 'a chunk that is too large',
      messages: [{ type: 'chunk', bytes: new Uint8Array(2 ** 20 + 1) }],
    },
    {
      name: 'many beginnings',
      messages: Array.from({ length: 5 }, () => ({ type: 'begin', remainingMs: 1 })),
    },
    {
      name: 'host calls of functions that are none',
      messages: [{ ...done([ok(0)]), report: { ...report, callsByName: { evil: 1 } } }],
    },
  ])('kills what sends $name', async ({ messages }) => {
    const { runner, guest, killed } = forge((command, events) => {
      if (command.type === 'load') events.onMessage(loaded);
      if (command.type === 'call') for (const message of messages) events.onMessage(message);
    });
    await runner.load(guest, options);
    await expect(runner.call(guest, { timeoutMs: 30_000 }, call)).rejects.toMatchObject({
      code: 'CALL_BAD_MESSAGE',
    });
    expect(killed()).toBe(1);
  });

  const stage = {
    version: 1,
    data: [],
    payload: 'envelope',
    gives: 'verdict',
    timeoutMs: 50,
    maxFuel: 1,
    randomStream: 0,
  } as const;
  const pipeline = {
    type: 'pipeline',
    stages: [stage],
    text: '',
    ends: new Uint32Array(),
    requestIds: ['r'],
  } as const;
  const piped = {
    type: 'pipeline-done',
    figures: Float64Array.of(4, 1, 1, 1),
    errors: [],
    left: [],
    bytes: new Uint8Array(4),
    reports: [report],
  };
  it.each([
    { name: 'figures of more calls', message: { ...piped, figures: new Float64Array(8) } },
    { name: 'figures that are none', message: { ...piped, figures: [4, 1, 1, 1] } },
    { name: 'an output beyond its bytes', message: { ...piped, bytes: new Uint8Array(3) } },
    { name: 'half a place', message: { ...piped, figures: Float64Array.of(0.5, 1, 1, 1) } },
    { name: 'a mark of its own', message: { ...piped, figures: Float64Array.of(-3, 1, 1, 1) } },
    {
      name: 'fuel that is no number',
      message: { ...piped, figures: Float64Array.of(4, 1, 1, NaN) },
    },
    {
      name: 'a failure without an error',
      message: { ...piped, figures: Float64Array.of(-2, 0, 0, 0) },
    },
    {
      name: 'an error of no failure',
      message: { ...piped, errors: [{ code: 'CALL_TRAPPED', message: '' }] },
    },
    {
      name: 'an error that is none',
      message: { ...piped, errors: [{ code: 'EVIL', message: '' }] },
    },
    { name: 'items that there are not', message: { ...piped, left: [1] } },
    { name: 'the same item again and again', message: { ...piped, left: [0, 0] } },
    { name: 'no report', message: { ...piped, reports: [] } },
    { name: 'an effect', message: effect },
    { name: 'a chunk', message: { type: 'chunk', bytes: new Uint8Array(1) } },
    { name: 'the outcomes of calls', message: done([ok(0)]) },
  ])('kills what answers a pipeline with $name', async ({ message }) => {
    const { runner, guest, killed } = forge((command, events) => {
      events.onMessage(command.type === 'load' ? loaded : message);
    });
    await runner.load(guest, options);
    await expect(runner.pipeline([guest], options, pipeline)).rejects.toMatchObject({
      code: 'CALL_BAD_MESSAGE',
    });
    expect(killed()).toBe(1);
  });

  it('takes the answer of a pipeline, and names whose log records come before it', async () => {
    const { runner, guest, logs } = forge((command, events) => {
      if (command.type === 'load') return events.onMessage(loaded);
      for (const version of [2, 1, 3, undefined]) {
        events.onMessage({ type: 'log', level: 'info', message: 'a', version });
      }
      events.onMessage({
        ...piped,
        figures: Float64Array.of(2, 1, 1, 1, -1, 0, 0, 0),
        reports: [report, report],
      });
    });
    const other = { ...guest, version: 2, setup: { ...guest.setup, pluginId: 'other' } };
    await runner.load(guest, options);
    await runner.load(other, options);
    const answers = await runner.pipeline([guest, other], options, pipeline);
    expect(answers.outcomes).toMatchObject([{ ok: true, usage: { fuelUsed: 1 } }, undefined]);
    expect(logs.map(({ pluginId }) => pluginId)).toEqual(['other', 'guest', 'guest', 'guest']);
  });

  it.each([
    { name: 'sends nonsense', code: 'LOAD_BAD_MESSAGE', message: undefined },
    { name: 'dies', code: 'LOAD_CRASHED', message: 'exit' },
  ])('fails a load whose runner $name with $code', async ({ code, message }) => {
    const { runner, guest } = forge((_command, events) => {
      if (message === 'exit') events.onExit('it fell over');
      else events.onMessage(message);
    });
    await expect(runner.load(guest, options)).rejects.toMatchObject({ code });
  });

  it('ends a runner that does not get a plugin ready in time', async () => {
    const { runner, guest, killed } = forge(() => {});
    await expect(runner.load(guest, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'LOAD_DEADLINE_EXCEEDED',
    });
    expect(killed()).toBe(1);
  });

  it.each(['CALL_TRAPPED', 'CALL_NOT_FOUND'])(
    'takes a runner that answers a load with %s for a start that failed',
    async (code) => {
      const { runner, guest } = forge((_command, events) => {
        events.onMessage({ type: 'failed', error: { code, message: 'no' } });
      });
      await expect(runner.load(guest, options)).rejects.toMatchObject({
        code: 'LOAD_START_FAILED',
      });
    },
  );

  it('kills what goes on after its answer', async () => {
    const { runner, guest, killed } = forge((command, events) => {
      events.onMessage(command.type === 'load' ? loaded : done([ok(0)]));
      if (command.type === 'call') events.onMessage(effect);
    });
    await runner.load(guest, options);
    await runner.call(guest, options, call);
    expect(killed()).toBe(1);
    expect(runner.dead).toBe(true);
  });

  it('refuses metadata that breaks the contract', async () => {
    const { runner, guest } = forge((_command, events) => {
      events.onMessage({ ...loaded, metadata: metadata.replace('guest', '../guest') });
    });
    await expect(runner.load(guest, options)).rejects.toMatchObject({
      code: 'LOAD_INVALID_METADATA',
    });
  });

  it('performs effects within the permissions, and tells who asked for more', async () => {
    const key = new TextEncoder().encode('HOME');
    const { runner, guest, sent } = forge((command, events) => {
      if (command.type === 'load') events.onMessage(loaded);
      if (command.type === 'call') {
        events.onMessage({ type: 'effect', name: 'host_env_get', args: [key, 16] });
      }
      if (command.type === 'reply') events.onMessage(done([ok(0)]));
    });
    await runner.load(guest, options);
    await runner.call(guest, options, call);
    expect(sent.at(-1)).toEqual({
      type: 'reply',
      code: -3,
      denied: 'environment variable "HOME"',
    });
  });

  it('escapes log records, and gives them the name of the plugin', async () => {
    const { runner, guest, logs } = forge((command, events) => {
      events.onMessage({ type: 'log', level: 'info', message: 'a\n\u001b[31mb', plugin: 'other' });
      events.onMessage(command.type === 'load' ? loaded : done([ok(0)]));
    });
    await runner.load(guest, options);
    expect(logs).toMatchObject([{ pluginId: 'guest', message: String.raw`a\x0a\x1b[31mb` }]);
  });

  it('gives up on one that says nothing', async () => {
    const { runner, guest, killed } = forge((command, events) => {
      if (command.type === 'load') events.onMessage(loaded);
    });
    await runner.load(guest, options);
    await expect(runner.call(guest, options, call)).rejects.toMatchObject({
      code: 'CALL_DEADLINE_EXCEEDED',
    });
    expect(killed()).toBe(1);
  });

  it('takes an answer that came in time to a host that was busy itself', async () => {
    const { runner, guest, killed } = forge((command, events) => {
      if (command.type === 'load') {
        events.onMessage(loaded);
        return;
      }
      // Written at once, but read by the host only after its timers.
      const socket = new MessageChannel();
      socket.port1.on('message', (message) => {
        socket.port1.close();
        events.onMessage(message);
      });
      socket.port2.postMessage(done([ok(0)]));
      const until = performance.now() + options.timeoutMs + 20;
      while (performance.now() < until);
    });
    await runner.load(guest, options);
    // From here on, timers are processed before messages.
    await new Promise(setImmediate);
    await expect(runner.call(guest, options, call)).resolves.toMatchObject({
      outcomes: [{ ok: true }],
    });
    expect(killed()).toBe(0);
  });

  it('fails the call of one that dies', async () => {
    const { runner, guest } = forge((command, events) => {
      if (command.type === 'load') events.onMessage(loaded);
      else events.onExit('it fell over');
    });
    await runner.load(guest, options);
    await expect(runner.call(guest, options, call)).rejects.toMatchObject({
      code: 'CALL_CRASHED',
      message: 'Cannot finish call: it fell over',
    });
  });
});

describe('parseReply()', () => {
  it.each([
    { name: 'mine.lookup', known: true },
    { name: 'mine.other', known: false },
    { name: 'lookup', known: false },
    { name: 'mine.constructor', known: false },
    { name: '__proto__', known: false },
  ])('takes the effect $name only if the host offers it: $known', ({ name, known }) => {
    const effect = { type: 'effect', name, args: [new Uint8Array(), 1] };
    const counted = { type: 'done', outcomes: [], bytes: new Uint8Array(), report };
    const callsByName = { [name]: 1 };
    expect(parseReply(effect, ['mine.lookup']) !== undefined).toBe(known);
    const reply = parseReply({ ...counted, report: { ...report, callsByName } }, ['mine.lookup']);
    expect(reply !== undefined || name === '__proto__').toBe(known || name === '__proto__');
  });

  it('takes anything without an exception but for wrong metadata', () => {
    const types = [
      'loaded',
      'failed',
      'done',
      'pipeline-done',
      'health',
      'unloaded',
      'log',
      'chunk',
      'effect',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.object({ maxDepth: 3 }), (type, fields) => {
        const reply = parseReply({ ...fields, type }, []);
        expect(reply === undefined || reply.type === type).toBe(true);
      }),
    );
  });
});

function ok(end: number) {
  return { ok: true, end, executionTimeMs: 1, memoryUsedBytes: 1, fuelUsed: 1 };
}

function done(outcomes: readonly object[]) {
  return { type: 'done', outcomes, bytes: new Uint8Array(4), report };
}
