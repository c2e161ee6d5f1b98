import { testPluginStore } from '@testbench/test-kit/contracts';

import { createMemoryStore } from './memory-store.js';

testPluginStore('createMemoryStore()', { open: createMemoryStore });
