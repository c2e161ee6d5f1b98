import { defineConfig } from 'tsup';

export default defineConfig({
  // `index` has everything. The other entries divide it into chunks, so that bundlers leave out unused code: decoding does
  // not need the tables of features and operands, and walking instructions does not need the decoder.
  entry: {
    index: 'src/index.ts',
    rest: 'src/index.ts',
    decoder: 'src/decode-module.ts',
    cursor: 'src/instruction-cursor.ts',
    writer: 'src/byte-writer.ts',
    opcodes: 'src/opcodes.ts',
  },
  format: 'esm',
  splitting: true,
  sourcemap: true,
  clean: true,
});
