import type {
  DatasetEntry,
  DatasetInput,
  DatasetReader,
  DatasetReadOptions,
} from '@testbench/types/stores';

/** Bytes in memory as a reader's input, in chunks of a given size. */
export function datasetInput(content: string | Uint8Array, chunkBytes = 64 * 1024): DatasetInput {
  const bytes = Buffer.from(content as string);
  return {
    async *bytes() {
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        yield bytes.subarray(at, at + chunkBytes);
      }
    },
    file: () => Promise.reject(new Error('there is no file')),
  };
}

/** What a reader returns for bytes in memory. */
export function entriesOf(
  reader: DatasetReader,
  content: string | Uint8Array,
  options: DatasetReadOptions = {},
): AsyncGenerator<DatasetEntry> {
  return reader.read(datasetInput(content), options) as AsyncGenerator<DatasetEntry>;
}
