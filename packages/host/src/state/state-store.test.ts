import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { testStateStore } from '@testbench/test-kit/contracts';
import { afterAll, beforeEach } from 'vitest';

import { createFileStateStores } from './file-state-stores.js';
import { createMemoryStateStore } from './state-store.js';

const SMALL = { maxBytes: 100, maxEntries: 3 };

testStateStore('createMemoryStateStore()', {
  open: () => createMemoryStateStore(),
  openSmall: () => createMemoryStateStore(SMALL),
});

const root = mkdtempSync(join(tmpdir(), 'testbench-state-'));
afterAll(() => rmSync(root, { recursive: true }));
let directory = root;
beforeEach(() => {
  directory = mkdtempSync(join(root, 'state-'));
});

testStateStore('createFileStateStores()', {
  open: (plugin) => createFileStateStores(directory)(plugin),
  reopen: (plugin) => createFileStateStores(directory)(plugin),
  openSmall: (plugin) => createFileStateStores(directory, SMALL)(plugin),
});
