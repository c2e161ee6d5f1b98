import { canSuspend } from '@testbench/runtime';
import { testIsolation } from '@testbench/test-kit/contracts';

import { PluginManager } from '../plugin-manager.js';
import { ISOLATIONS } from './isolation.js';

for (const isolation of ISOLATIONS) {
  testIsolation(isolation, {
    name: isolation,
    open: (options) => new PluginManager({ ...options, isolation }),
    holdsThread: isolation === 'inline',
    cannotStream: isolation === 'inline' && !canSuspend,
  });
}
