import { choice, flag, requiredText, text, texts, wholeNumber } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';

/** Flags of `testbench call`. */
export const CALL_FLAGS = {
  input: requiredText('json|@file', 'the "data" of the plugin\'s input'),
  config: text('json|@file', 'what the plugin is initialised with'),
  attach: texts(
    '[field=]file',
    'a file that the plugin reads, in the field "image" unless another is given',
  ),
  isolation: choice(['inline', 'thread', 'process'], 'where the plugin runs (default thread)'),
  timeoutMs: wholeNumber(1, 'time limit of the call (default 30000)'),
  maxFuel: wholeNumber(1, 'fuel of the call (default 1000000000)'),
  policy: text('file', 'what the plugin is granted, and secrets'),
  allowHost: texts('host', 'grant a host, such as api.example.com or http://localhost:8080'),
  allowRead: texts('dir', 'grant to read a directory'),
  allowWrite: texts('dir', 'grant to read and write a directory'),
  allowEnv: texts('name', 'grant to read an environment variable'),
  state: text('dir', "keep what the plugin stores, under --id or the module's digest"),
  id: text('id', 'the id that the plugin is loaded under'),
  ...PLUGIN_SOURCE_FLAGS,
  json: flag('print output and usage as one JSON object'),
};
