import { choice, flag, text, texts, wholeNumber } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';

/** Flags of `testbench serve`. */
export const SERVE_FLAGS = {
  config: text(
    'file',
    'serve the plugins of a benchmark: its evaluators, and its providers as models',
  ),
  model: texts(
    'plugin/model',
    'a model of a provider on the command line, for the OpenAI-compatible API (repeatable)',
  ),
  port: wholeNumber(0, 'port (default: one that is free)'),
  host: text('address', 'where to listen (default: 127.0.0.1, this machine alone)'),
  hostName: texts(
    'name',
    'a further Host header under which requests are answered, such as bench.example; needed with --host (repeatable)',
  ),
  tokenFile: text(
    'file',
    'what clients must present (default: the variable TESTBENCH_SERVE_TOKEN, or else a random one, which is printed)',
  ),
  isolation: choice(['inline', 'thread', 'process'], 'where the plugins run (default thread)'),
  policy: text('file', 'what plugins are granted that have no "permissions", and secrets'),
  timeoutMs: wholeNumber(1, 'time limit of a request (default 300000)'),
  maxRequests: wholeNumber(1, 'requests answered at a time (default 64)'),
  maxBatch: wholeNumber(1, 'inputs of a batch (default 1000)'),
  frozen: flag('take the plugins of --config from testbench.lock as it is, or fail'),
  ...PLUGIN_SOURCE_FLAGS,
  json: flag('print address, token, plugins and models as one JSON object'),
};
