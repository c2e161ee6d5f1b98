import type { ExecuteOptions, PluginInfo } from '@testbench/core';
import type { CallContext, PluginInput } from '@testbench/types';
import { ConfigNode } from '@testbench/types/config';

import { ServeError } from '../errors.js';
import { readName, type ServedSystem } from '../serve-options.js';

/** The plugins that clients may call. */
export interface ServedPlugins {
  readonly system: ServedSystem;
  readonly ids: ReadonlySet<string>;
}

/** Which plugin is called, within which limits. */
export interface CalledPlugin {
  readonly id: string;
  readonly info: PluginInfo;
  readonly options: ExecuteOptions;
}

/** Fields that every request to run a plugin may have. */
export const CALL_FIELDS = ['plugin', 'timeout_ms', 'max_fuel'] as const;
const INPUT_FIELDS = ['data', 'context'] as const;

/**
 * Reads which plugin is called. A client may lower the plugin's limits, not raise them.
 *
 * @throws {ServeError} `SERVE_NOT_SERVED`.
 * @throws {ConfigError} For a wrong value.
 */
export function readCalled(
  body: ConfigNode,
  { system, ids }: ServedPlugins,
  signal: AbortSignal,
): CalledPlugin {
  const object = body.object();
  const field = (name: string): ConfigNode =>
    new ConfigNode(Object.hasOwn(object, name) ? object[name] : undefined, `body.${name}`);
  const id = readName(field('plugin'));
  const info = ids.has(id) ? system.getPluginInfo(id) : undefined;
  if (info === undefined) {
    throw new ServeError(
      'SERVE_NOT_SERVED',
      `Cannot call ${JSON.stringify(id)}: no plugin of this name is served; GET /v1/plugins lists them`,
    );
  }
  const timeout = field('timeout_ms');
  const fuel = field('max_fuel');
  const { timeoutMs, maxFuel } = info.limits;
  return {
    id,
    info,
    options: {
      signal,
      ...(timeout.value === undefined
        ? {}
        : { timeoutMs: Math.min(timeoutMs, timeout.wholeNumber(1)) }),
      ...(fuel.value === undefined ? {} : { maxFuel: Math.min(maxFuel, fuel.wholeNumber(1)) }),
    },
  };
}

/** Reads the input of a call from an object that has `data`, and may have `context`. @throws {ConfigError} */
export function readInput(node: ConfigNode, others: readonly string[] = []): PluginInput {
  node.fields([...INPUT_FIELDS, ...others]);
  const { data, context } = node.object() as { data?: unknown; context?: unknown };
  // Null is a value like any other.
  if (data === undefined) new ConfigNode(data, `${node.path}.data`).reject('a value');
  if (context === undefined || context === null) return { data };
  return { data, context: readContext(new ConfigNode(context, `${node.path}.context`)) };
}

function readContext(node: ConfigNode): CallContext {
  const fields = node.fields(['request_id', 'metadata']);
  const requestId = fields.optional('request_id');
  const metadata = fields.optional('metadata');
  return {
    ...(requestId && { requestId: readName(requestId) }),
    ...(metadata && {
      metadata: Object.fromEntries(
        Object.entries(metadata.object()).map(([key, value]) => [
          key,
          new ConfigNode(value, `${metadata.path}.${key}`).text(),
        ]),
      ),
    }),
  };
}
