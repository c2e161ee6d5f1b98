import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { testModuleStore } from '@testbench/test-kit/contracts';

import { openDirectoryStore } from './directory-store.js';

testModuleStore('openDirectoryStore()', {
  open: () => openDirectoryStore(join(mkdtempSync(join(tmpdir(), 'testbench-cache-')), 'cache')),
});
