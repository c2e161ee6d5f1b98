import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { PluginSystem } from '@testbench/core';
import { type PluginServer, type ServeLimits, startPluginServer } from '@testbench/serve';
import { assemble, guestWat, packed } from '@testbench/test-kit';

import { askServer, type Sent } from '../../packages/serve/src/__fixtures__/ask-server.ts';
import { type Attack, insist } from './attack.ts';
import { listen } from './studio-target.ts';

/** A server with a plugin that behaves well, a provider that writes what breaks protocols, and plugins that attack. */
export interface ServeTarget {
  readonly server: PluginServer;
  readonly system: PluginSystem;
  /** How often the plugin that behaves well was called. */
  readonly calls: () => number;
}

/** Data over which the plugin that behaves well takes some time. */
export const SLOW = 'slow';
/** Ends a line, an event, a stream and a header. */
export const HOSTILE_ANSWER =
  'a\r\n\r\ndata: [DONE]\n\nevent: x\u2028\u0000\u001b[31m{"type":"error"}\nset-cookie: a=b';

const HOSTILE = {
  looping: '(loop $l (br $l)) (unreachable)',
  trapping: '(unreachable)',
  long: packed(1024, 60 * 65_536),
  foreign: packed(0x7fff_fff0, 64),
};

/** An attack on a server that is started for it. */
export function serveAttack(
  row: number,
  name: string,
  run: (target: ServeTarget) => Promise<string>,
  limits: Partial<ServeLimits> = {},
): Attack {
  return { row, name, modes: ['host'], run: () => withServer(run, limits) };
}

async function withServer(
  attack: (target: ServeTarget) => Promise<string>,
  limits: Partial<ServeLimits>,
): Promise<string> {
  await using system = new PluginSystem({ limits: { timeoutMs: 300 } });
  let calls = 0;
  await system.registerPlugin({
    metadata: { name: 'good', version: '1.0.0', pluginType: 'custom' },
    async run(data: unknown) {
      calls += 1;
      // So that requests overlap.
      if (data === SLOW) await setTimeout(20);
      return data;
    },
  });
  await system.registerPlugin({
    metadata: { name: 'speaker', version: '1.0.0', pluginType: 'provider' },
    async complete({ model, stream }, call) {
      if (stream === true) await call.emit(new TextEncoder().encode(HOSTILE_ANSWER));
      return { text: HOSTILE_ANSWER, model, finish_reason: HOSTILE_ANSWER };
    },
  });
  await system.registerPlugin({
    metadata: { name: 'pouring', version: '1.0.0', pluginType: 'custom' },
    async run(_data: unknown, call) {
      const chunk = new Uint8Array(2 ** 20).fill(97);
      while (!call.signal.aborted) await call.emit(chunk);
      return null;
    },
  });
  for (const [id, execute] of Object.entries(HOSTILE)) {
    await system.loadPluginFromBytes(id, assemble(guestWat({ execute })));
  }
  const models = [{ id: 'm', plugin: 'speaker' }];
  await using server = await startPluginServer({ system, models, limits });
  return await attack({ server, system, calls: () => calls });
}

/** Each request must be refused with its status, and none may reach a plugin. */
export async function refuseEach(
  { server, calls }: ServeTarget,
  tries: readonly (readonly [path: string, sent: Sent, statuses: readonly number[]])[],
): Promise<string> {
  const before = calls();
  for (const [path, sent, statuses] of tries) {
    const { status, body } = await askServer(server, path, sent);
    const shown = JSON.stringify([path, sent]).slice(0, 100);
    insist(statuses.includes(status), `${shown} was answered with ${status} ${body.slice(0, 80)}`);
  }
  insist(calls() === before, 'a refused request reached a plugin');
  await stillAnswers(server);
  return `${tries.length} requests were refused, none reached a plugin`;
}

/** @throws {NotContained} Unless a proper client gets a proper answer. */
export async function stillAnswers(server: PluginServer): Promise<void> {
  const body = { plugin: 'good', data: { a: [1, 'é'] } };
  const told = await askServer(server, '/v1/execute', { body });
  insist(
    told.status === 200 && told.body.startsWith('{"data":{"a":[1,"é"]}'),
    `a proper client was answered with ${told.status} ${told.body.slice(0, 80)}`,
  );
}

/** What the server says to bytes on a socket, until it closes it. */
export async function sendRaw({ port }: PluginServer, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return await listen(socket);
}
