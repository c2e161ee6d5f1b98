import { openDataset, parseDatasetConfig, selectField } from '@testbench/bench/dataset';
import type { TestHost } from '@testbench/sdk';
import type { PluginType } from '@testbench/types';
import { ConfigError, PluginError } from '@testbench/types/errors';

/** The records on which a plugin is tried. */
export interface DevDataset {
  /** File of records: JSON Lines, JSON, CSV or Parquet, in the forms that a benchmark accepts. */
  readonly path: string;
  /** Number of records, from the first on. @default 20 */
  readonly records?: number;
  /**
   * Where in a record the fields of the plugin's input are; a name may be a path with dots. An evaluator needs `output`.
   *
   * @default `input`, `output` and `expected`, under their own names
   */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A plugin's result for one record. */
export interface RecordOutcome {
  /** The record's own id, or else its number. */
  readonly id: string;
  /** Score of an evaluator. */
  readonly score?: number;
  /** The complete output. */
  readonly data?: unknown;
  /** Error of a failed call. */
  readonly error?: unknown;
}

/** An input made from a record. */
interface RecordInput {
  readonly id: string;
  readonly data: unknown;
}

const STANDARD = ['input', 'output', 'expected'];

/**
 * Reads the first records of a data set as inputs of a plugin.
 *
 * @throws {ConfigError} `CONFIG_INVALID`: a record lacks a field that the plugin needs.
 * @throws {BenchError} The file cannot be read.
 */
export async function readInputs(
  { path, fields = {} }: DevDataset,
  records: number,
  type: PluginType,
  signal: AbortSignal,
): Promise<RecordInput[]> {
  const config = parseDatasetConfig({ path, limit: records });
  await using dataset = await openDataset(config, { signal, checkFields: false });
  const inputs: RecordInput[] = [];
  const rows: object[] = [];
  for await (const { id, row, index } of dataset.rows()) {
    rows.push(row);
    inputs.push({ id, data: inputOf(row, fields, type, index, path) });
  }
  // A filter processes all items at once.
  return type === 'filter' ? [{ id: 'all', data: { items: rows } }] : inputs;
}

function inputOf(
  row: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, string>>,
  type: PluginType,
  index: number,
  path: string,
): unknown {
  const names = [...new Set([...STANDARD, ...Object.keys(fields)])];
  const found = Object.fromEntries(
    names
      .map((name) => [name, selectField(row, fields[name] ?? name)] as const)
      .filter(([, value]) => value !== undefined),
  );
  const missing = Object.keys(fields).find((name) => !Object.hasOwn(found, name));
  if (missing !== undefined) throw lacks(path, index, fields[missing]!, row, missing);
  switch (type) {
    case 'evaluator':
      if (found['output'] === undefined) throw lacks(path, index, 'output', row, 'output');
      return { ...found, record: row };
    case 'transform':
      return { text: found['output'] ?? found['input'] ?? '', record: row };
    case 'provider':
      return { model: 'dev', prompt: found['input'] ?? '', record: row };
    default:
      return row;
  }
}

function lacks(path: string, index: number, field: string, row: object, name: string): ConfigError {
  const known = Object.keys(row).slice(0, 20).join(', ');
  return new ConfigError(
    'CONFIG_INVALID',
    `fields.${name}`,
    `Cannot try record ${index + 1} of ${JSON.stringify(path)}: it has no ${JSON.stringify(field)}; say which field is "${name}", it has: ${known}`,
    { file: path },
  );
}

/** Runs inputs through a plugin, one after the other. @throws Only if `signal` fires. */
export async function scoreInputs(
  host: TestHost,
  inputs: readonly RecordInput[],
  signal: AbortSignal,
): Promise<RecordOutcome[]> {
  const outcomes: RecordOutcome[] = [];
  for (const { id, data } of inputs) {
    try {
      const call = await host.call<{ readonly score?: unknown } | null>(data, { signal });
      const score = call.data?.score;
      outcomes.push({ id, data: call.data, ...(typeof score === 'number' && { score }) });
    } catch (error) {
      if (!PluginError.is(error) || signal.aborted) throw error;
      outcomes.push({ id, error });
    }
  }
  return outcomes;
}
