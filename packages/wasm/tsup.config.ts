import { defineConfig } from 'tsup';

export default defineConfig({
  // `index` has everything. The others divide it into chunks, so that bundlers leave out what is not used: who decodes does
  // not want the tables of features and operands, and who walks instructions wants no decoder.
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
