import { PluginManager } from '@testbench/manager';
import * as kit from '@testbench/manager/runner';
import { testIsolation } from '@testbench/test-kit/contracts';
import { socketIsolation } from '@testbench/test-kit/isolations/socket-isolation';

// Bundled from the sources before any test.
const kitUrl = new URL('../packages/manager/build/runner.js', import.meta.url);

testIsolation('a connection to another process', {
  name: 'socket',
  open: (options) => new PluginManager({ ...options, isolation: socketIsolation(kit, kitUrl) }),
});
