import { testWireProtocol } from '@testbench/test-kit/contracts';
import { classicGuest, v1Guest } from '@testbench/test-kit/protocols/contract-guests';

import { PluginManager } from '../plugin-manager.js';
import { ISOLATIONS } from './isolation.js';

for (const isolation of ISOLATIONS) {
  const open = (options: object): PluginManager => new PluginManager({ ...options, isolation });
  testWireProtocol(`v1, ${isolation}`, { name: 'v1', guest: v1Guest, open });
  testWireProtocol(`classic, ${isolation}`, { name: 'classic', guest: classicGuest, open });
}
