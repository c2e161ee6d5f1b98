import { parseMetadata, type PluginMetadata, type PluginType } from '@testbench/types';
import { API_VERSION } from '@testbench/types/abi';
import { PluginError } from '@testbench/types/errors';

import { ScriptError } from '../script-error.js';

/** The guest's description of a script. */
export type ScriptOutcome =
  | {
      readonly problem: {
        readonly message: string;
        readonly stack: readonly {
          readonly file?: string;
          readonly line?: number;
          readonly column?: number;
        }[];
      };
    }
  | {
      readonly type: PluginType;
      readonly schema?: object;
      readonly asking: boolean;
      readonly aggregate: boolean;
      readonly facts: Readonly<Record<string, unknown>>;
    };

const CAPABILITIES: Readonly<Record<PluginType, readonly string[]>> = {
  evaluator: ['text_evaluation'],
  provider: [],
  transform: ['data_transform'],
  filter: ['result_filter'],
  custom: [],
};

/**
 * Makes the metadata from a script's description of itself, and from defaults.
 *
 * @throws {ScriptError} `SCRIPT_INVALID` for a wrong value.
 */
export function completeMetadata(
  outcome: Exclude<ScriptOutcome, { readonly problem: object }>,
  { name, file }: { readonly name: string; readonly file: string },
): PluginMetadata {
  const { type, schema, asking, aggregate, facts } = outcome;
  const { permissions, ...others } = facts;
  const capabilities = [...CAPABILITIES[type], ...(asking ? ['api_requests', 'network'] : [])];
  const wire = {
    name,
    version: '0.0.0',
    capabilities,
    ...others,
    plugin_type: type,
    api_version: API_VERSION,
    config_schema: schema,
    permissions: permissions === undefined ? undefined : snakeKeys(permissions),
    // Coarse metering charges up to five times what an interpreter executes.
    metering: facts['metering'] ?? 'exact',
    asking: asking ? true : undefined,
    aggregate: aggregate ? 'sums' : undefined,
  };
  try {
    return parseMetadata(JSON.parse(JSON.stringify(wire)));
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    throw new ScriptError(
      'SCRIPT_INVALID',
      `Cannot build ${JSON.stringify(file)}: ${error.message}`,
      [{ file, line: 0, column: 0, message: error.message }],
      { cause: error },
    );
  }
}

function snakeKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      item,
    ]),
  );
}
