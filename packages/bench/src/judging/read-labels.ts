import { decodeText, parseJsonText } from '@testbench/types';
import { ConfigNode } from '@testbench/types/config';
import { DatasetFormatError } from '@testbench/types/errors';
import type { DatasetEntry, DatasetInput, DatasetReader } from '@testbench/types/stores';

import { readCappedFile } from '../config/read-capped-file.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { csvReader, tsvReader } from '../dataset/formats/csv.js';
import { BenchError } from '../errors.js';
import { MAX_LABEL_BYTES } from './limits.js';

/** The label that a person gave to an answer. */
export interface HumanLabel {
  /** The record's id, or its number from 0 if the data set has no ids. */
  readonly id: string;
  /** A number, such as a score from 0 to 1 or a grade; a truth value, which counts as 1 or 0; or the name of a class. */
  readonly label: number | string;
  /** Who gave it. @default one person for all labels without a name */
  readonly who?: string;
  /** Time in ISO 8601. Of two labels by one person for one answer the later one counts; without times, the one that comes later in the file. */
  readonly when?: string;
  /** The answers to the record that it is about. @default all of them */
  readonly prompt?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly epoch?: number;
  /** The evaluator that it is for. @default all of them */
  readonly evaluator?: string;
  /** A note for people. */
  readonly note?: string;
}

const KEYS = [
  'id',
  'label',
  'who',
  'when',
  'prompt',
  'provider',
  'model',
  'epoch',
  'evaluator',
  'note',
] as const;

/**
 * Reads labels that people gave: a file of JSON lines, one label per line, where blank lines are ignored; or a file `.csv` or `.tsv` whose header names
 * `id`, `label` and further fields of a label. There `1`, `0.5`, `true` and `false` are numbers and truth values, anything else is the name of a class, and an empty field
 * counts as absent.
 *
 * @param path UTF-8, with or without a byte order mark, at most 64 MiB.
 * @throws {BenchError} `BENCH_CONFIG_UNREADABLE` if the file does not exist or cannot be read; `BENCH_DATASET_INVALID`, with `file` and `line`, for a line
 *   that is not a label.
 */
export async function readLabels(path: string): Promise<HumanLabel[]> {
  const bytes = await readCappedFile(path, 'labels', MAX_LABEL_BYTES);
  const reader = [csvReader, tsvReader].find(({ extensions }) =>
    extensions.some((ending) => path.toLowerCase().endsWith(ending)),
  );
  const labels: HumanLabel[] = [];
  let line = 0;
  try {
    if (reader !== undefined) {
      for await (const { record, place } of readTable(reader, bytes)) {
        line = place;
        labels.push(parseLabel(fromTexts(record as Readonly<Record<string, string>>)));
      }
      return labels;
    }
    for (const text of decodeText(bytes).split(/\r?\n/)) {
      line += 1;
      if (text.trim() !== '') labels.push(parseLabel(parseJsonText(text)));
    }
  } catch (cause) {
    const { message } = cause as Error;
    const at = cause instanceof DatasetFormatError ? (cause.place ?? line) : line;
    throw new BenchError(
      'BENCH_DATASET_INVALID',
      `Cannot read labels ${JSON.stringify(path)}: ${at === 0 ? '' : `line ${at}: `}${message}`,
      { cause, file: path, ...(at === 0 ? {} : { line: at }) },
    );
  }
  return labels;
}

function readTable(reader: DatasetReader, bytes: Uint8Array): AsyncIterable<DatasetEntry> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const input: DatasetInput = {
    bytes: chunks,
    file: () => Promise.reject(new TypeError('Cannot read labels: a table is read as bytes')),
  };
  return reader.read(input, {});
}

/** A number in JSON is a text in a table. */
function fromTexts(record: Readonly<Record<string, string>>): Record<string, unknown> {
  const fields = Object.entries(record).filter(([, text]) => text !== '');
  return Object.fromEntries(
    fields.map(([key, text]) => [key, key === 'label' || key === 'epoch' ? valueOf(text) : text]),
  );
}

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : text;
}

/**
 * Checks one label.
 *
 * @throws {ConfigError} `CONFIG_INVALID`, `CONFIG_UNKNOWN_KEY`.
 *
 * @example
 * ```ts
 * import { parseLabel } from '@testbench/bench/judging';
 *
 * parseLabel({ id: 17, label: true, who: 'ana' }); // => { id: '17', label: 1, who: 'ana' }
 * ```
 */
export function parseLabel(value: unknown): HumanLabel {
  const fields = new ConfigNode(value).fields(KEYS);
  const text = (key: (typeof KEYS)[number]): string | undefined => fields.optional(key)?.text();
  const when = text('when');
  if (when !== undefined && Number.isNaN(Date.parse(when))) {
    fields.required('when').reject('a time such as 2026-11-30T10:00:00Z');
  }
  return withoutUndefined({
    id: readId(fields.required('id')),
    label: readLabel(fields.required('label')),
    who: text('who'),
    when,
    prompt: text('prompt'),
    provider: text('provider'),
    model: text('model'),
    epoch: fields.optional('epoch')?.wholeNumber(1),
    evaluator: text('evaluator'),
    note: text('note'),
  });
}

function readId(node: ConfigNode): string {
  return typeof node.value === 'number' && Number.isSafeInteger(node.value)
    ? String(node.value)
    : node.text();
}

function readLabel(node: ConfigNode): number | string {
  const { value } = node;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return typeof value === 'string' && value !== ''
    ? value
    : node.reject('a number, true, false or the name of a class');
}
