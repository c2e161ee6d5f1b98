import { resolve } from 'node:path';

import { STANDARD_INPUT } from '../dataset/source/find-sources.js';
import type {
  AttachmentConfig,
  DatasetConfig,
  FieldsConfig,
  ResolvedDatasetConfig,
  SampleConfig,
  ShuffleConfig,
} from './dataset-config.js';
import { type ConfigType, either, listOf, mapped, shape } from './schema/config-type.js';
import { BOOLEAN, oneOf, PATH, pathText, text, wholeNumber } from './schema/config-values.js';
import { refuse } from './stage-types.js';
import { withoutUndefined } from './without-undefined.js';

const FIELDS = shape<FieldsConfig>({
  input: { type: text(), description: 'The question. Default: input.' },
  expected: {
    type: text(),
    description: 'The reference, any JSON. Default: expected, if a record has it.',
  },
  messages: {
    type: text(),
    description: 'A conversation: a list of messages with role and content. Default: none.',
  },
  schema: {
    type: text(),
    description:
      'A JSON Schema that the answer is to fit, sent to the provider as response_format. Default: none.',
  },
  turns: {
    type: text(),
    description:
      'Turns of the user, answered one after the other: a list of texts, or of objects with content and expected. Default: none.',
  },
  tools: {
    type: text(),
    description: 'Tools of the record: names of those in "tools", or definitions. Default: none.',
  },
  id: {
    type: text(),
    description: 'Unique name of the record. Default: id, or else the number of the record.',
  },
  group: { type: text(), description: 'What results are sliced by. Default: none.' },
  evaluators: {
    type: text(),
    description:
      "A list of evaluators of the record's own: plugin, config, name, threshold. Default: none.",
  },
});

const SEED = {
  type: wholeNumber(0),
  description: 'The same seed gives the same on every machine. Default: 0.',
};

const SAMPLE = shape<SampleConfig>({
  n: {
    required: true,
    type: wholeNumber(1),
    description: 'Number of records in the random sample.',
  },
  seed: SEED,
});

const SHUFFLE = either<boolean, ShuffleConfig>(
  (value) => typeof value === 'boolean',
  BOOLEAN,
  shape<ShuffleConfig>({ seed: SEED }),
);

const ATTACHMENT = shape<AttachmentConfig>({
  field: {
    required: true,
    type: text(),
    description: 'The field: a text, an object with path or bytes, or a list of those.',
  },
  encoding: {
    type: oneOf(['path', 'base64', 'text']),
    description: 'How a text is meant. A data URL is always one. Default: path.',
  },
  mediaType: {
    type: text(/^[a-z]+\/[a-z0-9.+-]+$/, 'a media type, such as image/png'),
    description: 'What its files are: other bytes are an error. Default: whatever they are.',
  },
  send: { type: BOOLEAN, description: 'Whether models get it; evaluators do. Default: true.' },
});

/** An attachment field; its name alone stands for all defaults. */
const ATTACHMENTS = listOf(
  either<string, AttachmentConfig>((value) => typeof value === 'string', text(), ATTACHMENT),
  1,
);

/** A file, a pattern, or the standard input. */
const SOURCE: ConfigType<string> = {
  schema: { type: 'string', minLength: 1 },
  read: (node, { baseDirectory }) => {
    const path = pathText(node);
    return path === STANDARD_INPUT ? path : resolve(baseDirectory, path);
  },
};

/** A program may pass what no file can hold: an iterable. */
const RECORDS: ConfigType<NonNullable<DatasetConfig['records']>> = {
  schema: { type: 'array', items: { type: 'object' } },
  read(node) {
    const { value } = node;
    const isIterable =
      typeof value === 'object' &&
      value !== null &&
      (Symbol.iterator in value || Symbol.asyncIterator in value);
    if (!isIterable) node.reject('records: a list, or what gives them one by one');
    return value as NonNullable<DatasetConfig['records']>;
  },
};

/** The `dataset` of a configuration. */
export const DATASET: ConfigType<ResolvedDatasetConfig> = mapped(
  shape<DatasetConfig>(
    {
      path: {
        type: either(Array.isArray, listOf(SOURCE, 1, 'path'), SOURCE),
        description:
          'A file with the records, or several; a pattern such as data/*.jsonl; - for the standard input.',
      },
      records: { type: RECORDS, description: 'The records themselves, instead of path.' },
      format: {
        type: text(),
        description:
          'Such as jsonl, json, csv, tsv, text or parquet. Default: by the ending, or else by the first bytes.',
      },
      delimiter: {
        type: text(/^[^"\r\n]$/u, 'one character, such as ";" or a tab'),
        description: 'Delimiter of fields in CSV. Default: detected.',
      },
      quotes: {
        type: BOOLEAN,
        description: 'False where a quotation mark in CSV is a character like any other.',
      },
      sample: { type: SAMPLE, description: 'A sample. Default: all records.' },
      shuffle: { type: SHUFFLE, description: 'A random order. Default: that of the records.' },
      offset: {
        type: wholeNumber(0),
        description: 'Records to skip at the start, after sampling and shuffling. Default: 0.',
      },
      limit: { type: wholeNumber(1), description: 'Records to take at most. Default: all.' },
      fields: { type: FIELDS, description: 'Where a record has what; dots lead deeper.' },
      columns: {
        type: listOf(text()),
        description: 'Fields of the record that are kept in its rows. Default: none.',
      },
      attachments: {
        type: ATTACHMENTS,
        description: 'Fields of a record that name files, or hold their bytes. Default: none.',
      },
      attachmentsDir: {
        type: PATH,
        description: 'Where paths of attachments start. Default: the folder of the data set.',
      },
    },
    {
      schema: { oneOf: [{ required: ['path'] }, { required: ['records'] }] },
      check({ path, records }, node) {
        if (path === undefined && records === undefined) refuse(node, '"path" is missing');
        if (path !== undefined && records !== undefined) {
          refuse(node, 'it has both "path" and "records", one of them is enough');
        }
      },
    },
  ),
  ({ sample, shuffle = false, attachments, ...dataset }) =>
    withoutUndefined({
      ...dataset,
      attachments: attachments?.map((each) => {
        const one = typeof each === 'string' ? { field: each } : each;
        return { ...one, encoding: one.encoding ?? 'path', send: one.send ?? true };
      }),
      sample: sample === undefined ? undefined : { n: sample.n, seed: sample.seed ?? 0 },
      shuffle: shuffle === false ? undefined : { seed: shuffle === true ? 0 : (shuffle.seed ?? 0) },
      offset: dataset.offset ?? 0,
      fields: { ...dataset.fields, input: dataset.fields?.input ?? 'input' },
    }),
);
