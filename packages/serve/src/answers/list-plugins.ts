import type { PluginInfo } from '@testbench/core';

import type { RouteCall } from '../server/route.js';
import { sendJson } from './send.js';

/** `GET /v1/plugins`: what can be called. */
export async function listPlugins({ serving, response }: RouteCall): Promise<void> {
  const { system, ids } = serving.plugins;
  const served = system.listPlugins().filter(({ id }) => ids.has(id));
  sendJson(response, { plugins: served.map(describe) }, serving.limits.maxAnswerBytes);
}

function describe({ id, metadata, digest, isolation, status, limits }: PluginInfo): object {
  const { name, version, pluginType: type, description } = metadata;
  return {
    id,
    name,
    version,
    type,
    ...(description === undefined ? {} : { description }),
    ...(digest === undefined ? {} : { digest }),
    isolation,
    status,
    limits: {
      timeout_ms: limits.timeoutMs,
      // JSON has no infinity.
      max_fuel: finite(limits.maxFuel),
      max_input_bytes: limits.maxInputBytes,
      max_output_bytes: limits.maxOutputBytes,
    },
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
