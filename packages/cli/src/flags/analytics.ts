import { choice, flag, text, texts } from '../command-line/flags.js';

/** Flags of `testbench analytics`. */
export const ANALYTICS_FLAGS = {
  plugin: text('name', 'only this plugin: its name, or sha256: and the beginning of its digest'),
  since: text('date', 'only what was written since: a date such as 2026-11-30, or days such as 7d'),
  hosts: texts(
    'folder',
    'also what hosts recorded into this folder with recordHost of @testbench/core/analytics (repeatable)',
  ),
  by: choice(
    ['version', 'run'],
    'a line for each version of a plugin, or for each of its runs and hosts (default: version)',
  ),
  json: flag('print all figures as JSON'),
};
