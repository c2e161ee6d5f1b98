import type { PluginMetadata, PluginType } from '../metadata/plugin-metadata.js';

type Reader = Pick<PluginMetadata, 'pluginType' | 'reads'>;

/** The field that a plugin gets regardless of its metadata: a call without it would be pointless. Custom plugins are used like evaluators. */
const ALWAYS: Readonly<Record<PluginType, string>> = {
  evaluator: 'output',
  custom: 'output',
  provider: 'model',
  transform: 'text',
  filter: 'items',
};

/**
 * Whether a host that assembles the `data` of a call passes a field of it to a plugin: all fields, or those that the plugin's
 * metadata lists in `reads`.
 *
 * @example
 * ```ts
 * import { isHanded } from '@testbench/types/reads';
 *
 * isHanded({ pluginType: 'evaluator', reads: ['expected'] }, 'expected'); // => true
 * isHanded({ pluginType: 'evaluator', reads: ['expected'] }, 'record'); // => false
 * isHanded({ pluginType: 'evaluator', reads: ['expected'] }, 'output'); // => true
 * isHanded({ pluginType: 'evaluator' }, 'record'); // => true
 * ```
 */
export function isHanded({ pluginType, reads }: Reader, field: string): boolean {
  return reads === undefined || reads.includes(field) || field === ALWAYS[pluginType];
}

/**
 * The fields of `data` that a host passes to a plugin, in their order; see {@link isHanded}.
 *
 * @returns `data` itself if the plugin lists no fields.
 *
 * @example
 * ```ts
 * import { handedData } from '@testbench/types/reads';
 *
 * const data = { input: '1+1', output: '2', expected: '2', record: { id: 7 } };
 * handedData({ pluginType: 'evaluator', reads: ['expected'] }, data); // => { output: '2', expected: '2' }
 * ```
 */
export function handedData(reader: Reader, data: object): object {
  if (reader.reads === undefined) return data;
  return Object.fromEntries(Object.entries(data).filter(([field]) => isHanded(reader, field)));
}
