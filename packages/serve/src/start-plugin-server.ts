import { randomBytes } from 'node:crypto';

import { isLoopback, openServer } from '@testbench/http-server';
import { MetricsRegistry } from '@testbench/telemetry';
import { readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import {
  DEFAULT_SERVE_LIMITS,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  MAX_HEADER_BYTES,
} from './limits.js';
import { type PluginServerOptions, type ServedModel, SERVER_OPTIONS } from './serve-options.js';
import { answerRequest } from './server/answer-request.js';
import { HeldBytes } from './server/held-bytes.js';
import type { Serving } from './server/route.js';
import { ServeMeter } from './server/serve-meter.js';
import { ServerGate } from './server/server-gate.js';

/** A running server of plugins. */
export interface PluginServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** What clients must present. */
  readonly token: string;
  /**
   * Stops the server gracefully: `/readyz` answers 503 and further requests are refused at once, and running ones have `drainTimeoutMs` to end.
   */
  drain(): Promise<void>;
  /** Ends all requests and stops the server. */
  close(): Promise<void>;
}

/**
 * Serves loaded plugins over HTTP: one input, a batch or a stream at `/v1/execute…`, and models of providers at the OpenAI-compatible
 * `/v1/chat/completions`; described at `/openapi.json`.
 *
 * Every request needs the token, except `/healthz`, `/readyz` and `/openapi.json`. Pages in browsers are refused.
 *
 * @throws {ConfigError} For an unknown key or a wrong value among the options, a plugin that is not loaded, and an address that others can reach
 *   without `allowedHosts`.
 * @throws {HttpServerError} `HTTP_CANNOT_LISTEN`.
 *
 * @example
 * ```ts
 * import { PluginSystem } from '@testbench/core';
 * import { startPluginServer } from '@testbench/serve';
 *
 * await using system = new PluginSystem();
 * await system.registerPlugin({
 *   metadata: { name: 'is-short', version: '1.0.0', pluginType: 'evaluator' },
 *   evaluate: ({ output }) => ({ score: String(output).length < 10 ? 1 : 0 }),
 * });
 * await using server = await startPluginServer({ system });
 * const response = await fetch(`${server.url}/v1/execute`, {
 *   method: 'POST',
 *   headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
 *   body: JSON.stringify({ plugin: 'is-short', data: { output: 'Paris' } }),
 * });
 * const { data } = (await response.json()) as { data: { score: number } };
 * data.score; // => 1
 * ```
 */
export async function startPluginServer(given: PluginServerOptions): Promise<PluginServer> {
  const options = readOptions<PluginServerOptions>(given, SERVER_OPTIONS, '', ['system']);
  const {
    system,
    host = '127.0.0.1',
    port = 0,
    allowedHosts = [],
    token = randomBytes(32).toString('base64url'),
    metrics = new MetricsRegistry(),
  } = options;
  const isLocal = isLoopback(host);
  if (!isLocal && allowedHosts.length === 0) {
    throw new ConfigError(
      'CONFIG_INVALID',
      'allowedHosts',
      `Cannot listen on ${JSON.stringify(host)}: others can reach it, so "allowedHosts" must name the hosts under which it is reached`,
    );
  }
  const limits = { ...DEFAULT_SERVE_LIMITS, ...options.limits };
  const serving: Serving = {
    plugins: { system, ids: new Set(readIds(options)) },
    models: readModels(options),
    limits,
    meter: new ServeMeter(metrics),
    startedAt: new Date(),
  };
  const closing = new AbortController();
  let isDraining = false;
  const answering = {
    serving,
    gate: new ServerGate(token, isLocal, allowedHosts),
    held: new HeldBytes(limits.maxHeldBytes),
    isDraining: () => isDraining,
    closing: closing.signal,
  };
  const opened = await openServer({
    host,
    port,
    answer: (request, response) => void answerRequest(request, response, answering),
    maxSockets: limits.maxSockets,
    maxHeaderBytes: MAX_HEADER_BYTES,
    headersTimeoutMs: HEADERS_TIMEOUT_MS,
    requestTimeoutMs: limits.bodyTimeoutMs,
    keepAliveMs: KEEP_ALIVE_MS,
  });

  const close = async (): Promise<void> => {
    isDraining = true;
    closing.abort();
    await opened.close();
  };
  const drain = async (): Promise<void> => {
    isDraining = true;
    const idle = new Promise<void>((resolve) => {
      // Probes and refusals are still answered on connections that are open; new ones are not accepted.
      opened.server.close(() => resolve());
      opened.server.closeIdleConnections();
    });
    const late = AbortSignal.timeout(limits.drainTimeoutMs);
    const over = new Promise<void>((resolve) => {
      late.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([idle, over]);
    await close();
  };
  const { url } = opened;
  return { url, port: opened.port, token, drain, close, [Symbol.asyncDispose]: close };
}

function readIds({ system, plugins }: PluginServerOptions): readonly string[] {
  const ids = plugins ?? system.listPlugins().map(({ id }) => id);
  for (const [index, id] of ids.entries()) requireLoaded(system, id, `plugins[${index}]`);
  return ids;
}

function readModels({ system, models = [] }: PluginServerOptions): Map<string, ServedModel> {
  const byId = new Map<string, ServedModel>();
  for (const [index, model] of models.entries()) {
    const path = `models[${index}]`;
    const type = requireLoaded(system, model.plugin, `${path}.plugin`);
    if (type !== 'provider') {
      throw new ConfigError(
        'CONFIG_INVALID',
        `${path}.plugin`,
        `Cannot serve the model ${JSON.stringify(model.id)}: plugin "${model.plugin}" is of type "${type}", expected "provider"`,
      );
    }
    if (byId.has(model.id)) {
      throw new ConfigError(
        'CONFIG_INVALID',
        `${path}.id`,
        `Cannot serve the model ${JSON.stringify(model.id)}: another one has this id`,
      );
    }
    byId.set(model.id, model);
  }
  return byId;
}

/** @returns The plugin's type. */
function requireLoaded(system: PluginServerOptions['system'], id: string, path: string): string {
  const info = system.getPluginInfo(id);
  if (info !== undefined) return info.metadata.pluginType;
  throw new ConfigError(
    'CONFIG_INVALID',
    path,
    `Cannot serve the plugin ${JSON.stringify(id)}: it is not loaded`,
  );
}
