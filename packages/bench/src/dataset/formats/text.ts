import { DatasetFormatError } from '@testbench/types/errors';
import type { DatasetEntry, DatasetReader } from '@testbench/types/stores';

import { readLines } from './read-lines.js';

/** Plain text: each line that is not blank is the `input` of a record. */
export const textReader: DatasetReader = {
  specificationVersion: 'v1',
  name: 'text',
  extensions: ['.txt'],
  placeUnit: 'line',
  async *read(input): AsyncGenerator<DatasetEntry> {
    for await (const lines of readLines(input.bytes())) {
      for (const { number, bytes } of lines) {
        const text = decodeLine(bytes, number).replace(/\r$/, '');
        if (text.trim() !== '') yield { record: { input: text }, place: number };
      }
    }
  },
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws {DatasetFormatError} It is not UTF-8, or has a zero byte. */
export function decodeLine(bytes: Uint8Array, number: number): string {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw new DatasetFormatError('expected UTF-8, found other bytes', number, { cause });
  }
  if (text.includes('\0')) {
    throw new DatasetFormatError('expected text, found a zero byte', number);
  }
  return text;
}
