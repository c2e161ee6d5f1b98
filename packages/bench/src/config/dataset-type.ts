import { extname } from 'node:path';

import { ConfigNode } from '@testbench/types';

import {
  DATASET_FORMATS,
  type DatasetConfig,
  type DatasetFormat,
  type FieldsConfig,
  type ResolvedDatasetConfig,
} from './dataset-config.js';
import { type ConfigType, mapped, pathOf, shape } from './schema/config-type.js';
import { oneOf, PATH, text, wholeNumber } from './schema/config-values.js';

const FORMAT_BY_ENDING: Readonly<Record<string, DatasetFormat>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
};

const FIELDS = shape<FieldsConfig>({
  input: { type: text(), description: 'The question. Default: input.' },
  expected: {
    type: text(),
    description: 'The right answer, any JSON. Default: expected, where a record has it.',
  },
});

/** The `dataset` of a configuration. */
export const DATASET: ConfigType<ResolvedDatasetConfig> = mapped(
  shape<DatasetConfig>({
    path: { required: true, type: PATH, description: 'The file with the records.' },
    format: {
      type: oneOf(DATASET_FORMATS),
      description: "Format of the file. Default: by the name's ending.",
    },
    offset: { type: wholeNumber(0), description: 'Records to skip at the start. Default: 0.' },
    limit: { type: wholeNumber(1), description: 'Records to take at most. Default: all.' },
    fields: { type: FIELDS, description: 'Where a record has what; dots lead deeper.' },
  }),
  (dataset, node) => ({
    ...dataset,
    format: dataset.format ?? formatOf(dataset.path, node),
    offset: dataset.offset ?? 0,
    fields: { ...dataset.fields, input: dataset.fields?.input ?? 'input' },
  }),
);

function formatOf(path: string, node: ConfigNode): DatasetFormat {
  const format = FORMAT_BY_ENDING[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  const given = new ConfigNode(node.object()['path'], pathOf(node, 'path'));
  return given.reject('a name ending in .jsonl, .ndjson or .csv, or "format" beside it');
}
