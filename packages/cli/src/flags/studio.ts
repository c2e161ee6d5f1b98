import { flag, text, wholeNumber } from '../command-line/flags.js';

/** Flags of `testbench studio`. */
export const STUDIO_FLAGS = {
  folder: text(
    'folder',
    'the project: runs, data, plugins and labels (default: the current folder)',
  ),
  port: wholeNumber(0, 'port on 127.0.0.1 (default: one that is free)'),
  noOpen: flag('only print the address, and open no browser'),
};
