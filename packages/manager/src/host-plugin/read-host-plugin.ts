import {
  encodeMetadata,
  type HostPlugin,
  type HostPluginByType,
  type HostPluginCall,
  parseMetadata,
  type PluginMetadata,
  type PluginType,
} from '@testbench/types';
import { isAggregateData } from '@testbench/types/aggregate';
import { API_VERSION } from '@testbench/types/abi';

/** The method that handles the calls, by plugin type. A type that is missing here is a compile error. */
const METHODS: {
  readonly [Type in PluginType]: Exclude<
    keyof HostPluginByType[Type],
    'metadata' | 'init' | 'shutdown' | 'aggregate'
  >;
} = {
  evaluator: 'evaluate',
  provider: 'complete',
  transform: 'transform',
  filter: 'filter',
  custom: 'run',
};

/** A plugin of the host's own, checked. */
export interface CheckedHostPlugin {
  readonly metadata: PluginMetadata;
  readonly run: (data: unknown, call: HostPluginCall) => unknown;
  readonly init: (config: unknown) => unknown;
  readonly shutdown: () => unknown;
}

/**
 * Checks a value that was passed as a plugin.
 *
 * @throws {TypeError} For something that is not an object, or lacks the method of its type.
 * @throws {LoadError} `LOAD_INVALID_METADATA`.
 */
export function readHostPlugin(plugin: HostPlugin): CheckedHostPlugin {
  const given: Partial<Record<string, unknown>> | null = plugin as object | null;
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`Cannot register plugin: expected an object, found ${typeof plugin}`);
  }
  // As from the wire: invalid metadata is refused by the same rules.
  const metadata = parseMetadata(
    JSON.parse(
      JSON.stringify(
        encodeMetadata({
          description: '',
          author: '',
          capabilities: [],
          apiVersion: API_VERSION,
          ...Object(given['metadata']),
        }),
      ),
    ),
  );
  const { name, pluginType } = metadata;
  const method = METHODS[pluginType];
  const find = (key: string, isOptional: boolean): ((...args: unknown[]) => unknown) => {
    const value = given[key];
    if (value === undefined && isOptional) return () => undefined;
    if (typeof value !== 'function') {
      throw new TypeError(
        `Cannot register plugin "${name}": expected a method "${key}" of a plugin of type "${pluginType}", found ${typeof value}`,
      );
    }
    // Called with the plugin as `this`: it may be a class with fields.
    return (...args) => Reflect.apply(value, plugin, args) as unknown;
  };
  const run = find(method, false);
  const aggregates = pluginType === 'evaluator' && metadata.aggregate === 'sums';
  const aggregate = aggregates ? find('aggregate', false) : undefined;
  return {
    metadata,
    run:
      aggregate === undefined
        ? run
        : (data, call) =>
            isAggregateData(data) ? aggregate(data.aggregate, data.n, call) : run(data, call),
    init: find('init', true),
    shutdown: find('shutdown', true),
  };
}
