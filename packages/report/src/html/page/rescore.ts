import { PluginSystem, type Plugin } from '@testbench/core/browser';

import { unpackBytes } from '../compress.js';
import type { Rescore } from './rescore-type.js';

/** Time limit of one call: the page is blocked meanwhile. */
const TIMEOUT_MS = 2_000;

/**
 * Runs the evaluators in the page, under the same metering and limits as in the run, and with no permission.
 *
 * @param read Returns the module of a digest in base64.
 */
export function createRescore(read: (digest: string) => string | undefined): Rescore {
  const system = new PluginSystem({ limits: { timeoutMs: TIMEOUT_MS } });
  const loaded = new Map<string, Promise<Plugin>>();
  const load = (digest: string, config: Readonly<Record<string, unknown>>): Promise<Plugin> => {
    const key = `${digest} ${JSON.stringify(config)}`;
    let plugin = loaded.get(key);
    if (plugin === undefined) {
      plugin = loadModule(digest, config, `evaluator-${loaded.size}`);
      loaded.set(key, plugin);
      // A module that fails to load now may load on the next attempt, after a change elsewhere.
      plugin.catch(() => loaded.delete(key));
    }
    return plugin;
  };
  const loadModule = async (
    digest: string,
    config: Readonly<Record<string, unknown>>,
    id: string,
  ): Promise<Plugin> => {
    const packed = read(digest);
    if (packed === undefined) throw new Error('the page does not carry this evaluator');
    return await system.loadPluginFromBytes(id, await unpackBytes(packed), { config });
  };
  return async (digest, config, data) => {
    const plugin = await load(digest, config);
    const { data: result, metadata } = await plugin.execute(data);
    const { score, explanation, metrics } = result as {
      score: number;
      explanation?: string;
      metrics?: Readonly<Record<string, number>>;
    };
    return {
      score,
      ...(explanation === undefined ? {} : { explanation }),
      ...(metrics === undefined ? {} : { metrics }),
      fuel: metadata.fuelUsed,
    };
  };
}
