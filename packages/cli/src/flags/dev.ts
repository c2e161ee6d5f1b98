import { choice, flag, text, texts, wholeNumber } from '../command-line/flags.js';

/** Flags of `testbench dev`. */
export const DEV_FLAGS = {
  dataset: text(
    'file',
    'records that are scored after each build, and compared with the build before',
  ),
  records: wholeNumber(1, 'how many of them, from the first on (default 20)'),
  field: texts(
    'name=path',
    'where in a record a field of the input stands, such as output=answers.long (repeatable)',
  ),
  golden: texts(
    'file',
    'inputs and what they must give (repeatable; default: golden*.jsonl and *.golden.jsonl next to the plugin)',
  ),
  config: text('json|@file', 'what the plugin is initialised with; a file is watched too'),
  allowHost: texts('host', 'grant a host, such as api.example.com or http://localhost:8080'),
  optimize: choice(
    ['none', 'speed', 'size'],
    'what AssemblyScript, Rust and C are optimised for (default none, which builds soonest)',
  ),
  json: flag('print every event as one JSON object on a line'),
};
