import { choice, flag, text } from '../command-line/flags.js';

/** Flags of `testbench build`. */
export const BUILD_FLAGS = {
  optimize: choice(['speed', 'size', 'none'], 'what for (default speed)'),
  noSourceMap: flag('write no source map next to the module'),
  report: flag('show what takes how many bytes'),
  output: text('file', 'the module (default build/<name>.wasm)'),
  json: flag('print what was built as JSON'),
};
