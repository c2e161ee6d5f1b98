import type { DatasetReader } from '@testbench/types/stores';

import { csvReader, tsvReader } from './csv.js';
import { jsonReader } from './json.js';
import { jsonlReader } from './jsonl.js';
import { parquetReader } from './parquet.js';
import { textReader } from './text.js';

/** All formats, in the order in which they are checked. */
export const DATASET_READERS: readonly DatasetReader[] = [
  jsonlReader,
  jsonReader,
  csvReader,
  tsvReader,
  textReader,
  parquetReader,
];
