import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { testStateStore } from '@testbench/test-kit/contracts';
import { afterAll, beforeEach } from 'vitest';

import { createFileStates } from './file-states.js';
import { createMemoryState } from './state-store.js';

const SMALL = { maxBytes: 100, maxEntries: 3 };

testStateStore('createMemoryState()', {
  open: () => createMemoryState(),
  openSmall: () => createMemoryState(SMALL),
});

const root = mkdtempSync(join(tmpdir(), 'testbench-state-'));
afterAll(() => rmSync(root, { recursive: true }));
let directory = root;
beforeEach(() => {
  directory = mkdtempSync(join(root, 'state-'));
});

testStateStore('createFileStates()', {
  open: (plugin) => createFileStates(directory)(plugin),
  reopen: (plugin) => createFileStates(directory)(plugin),
  openSmall: (plugin) => createFileStates(directory, SMALL)(plugin),
});
