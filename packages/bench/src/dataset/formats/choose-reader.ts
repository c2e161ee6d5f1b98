import { ConfigNode, nearestKey } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';
import type { DatasetReader, DatasetReadOptions } from '@testbench/types/stores';

import type { ResolvedDatasetConfig } from '../../config/dataset-config.js';
import { DATASET_READERS } from './index.js';

/** What identifies a format. */
export interface FormatClues {
  /** The path, for a message. */
  readonly path: string;
  /** The name in lower case, without the extension of a compression. */
  readonly name: string;
  /** The first bytes. */
  readonly start: Uint8Array;
}

/** Checks the caller's readers, and puts them before ours. @throws {ConfigError} `CONFIG_INVALID`. */
export function withOwnReaders(own: readonly DatasetReader[] = []): readonly DatasetReader[] {
  for (const [index, reader] of own.entries()) {
    const node = new ConfigNode(reader, `readers[${index}]`);
    node.implementation<DatasetReader>('read');
    const { specificationVersion, name, extensions, placeUnit } = reader;
    const isWhole =
      (specificationVersion as unknown) === 'v1' &&
      /^[a-z0-9][a-z0-9-]*$/.test(name) &&
      Array.isArray(extensions) &&
      typeof placeUnit === 'string';
    if (!isWhole) {
      node.reject(
        'a DatasetReader: `specificationVersion: "v1"`, `name`, `extensions`, `placeUnit`',
      );
    }
    if (own.findIndex((other) => other.name === name) !== index) {
      node.reject(`different names, ${JSON.stringify(name)} is there twice`);
    }
  }
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...DATASET_READERS.filter(({ name }) => !names.has(name))];
}

/**
 * Chooses the reader of a file: by the configuration, otherwise by the name, otherwise by the first bytes.
 *
 * @throws {ConfigError} `CONFIG_INVALID`: unknown or undetectable format.
 */
export function chooseReader(
  readers: readonly DatasetReader[],
  format: string | undefined,
  { path, name, start }: FormatClues,
): DatasetReader {
  const names = readers.map((reader) => reader.name);
  if (format !== undefined) {
    const reader = readers.find((one) => one.name === format);
    if (reader !== undefined) return reader;
    const near = nearestKey(format, names);
    const hint = near === undefined ? '' : `, did you mean ${JSON.stringify(near)}?`;
    throw new ConfigError(
      'CONFIG_INVALID',
      'dataset.format',
      `Cannot read "dataset.format": expected one of ${names.join(', ')}, found ${JSON.stringify(format)}${hint}`,
    );
  }
  const reader =
    readers.find(({ extensions }) => extensions.some((extension) => name.endsWith(extension))) ??
    readers.find((one) => one.matches?.(start) === true);
  if (reader !== undefined) return reader;
  const endings = readers.flatMap(({ extensions }) => extensions);
  throw new ConfigError(
    'CONFIG_INVALID',
    'dataset.format',
    `Cannot determine the format of dataset ${JSON.stringify(path)}: its name ends in none of ${endings.join(', ')}; set "format": ${names.join(', ')}`,
  );
}

/** The options of the configuration that a reader takes. @throws {ConfigError} `CONFIG_INVALID`: the reader has no such option. */
export function readerOptions(
  { name, options = [] }: DatasetReader,
  { delimiter, quotes }: ResolvedDatasetConfig,
): DatasetReadOptions {
  const given: DatasetReadOptions = {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quotes === undefined ? {} : { quotes }),
  };
  for (const key of Object.keys(given) as (keyof DatasetReadOptions)[]) {
    if (options.includes(key)) continue;
    throw new ConfigError(
      'CONFIG_INVALID',
      `dataset.${key}`,
      `Cannot read "dataset.${key}": the format ${JSON.stringify(name)} has no such option`,
    );
  }
  return given;
}
