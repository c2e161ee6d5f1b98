import { ISOLATIONS, PluginManager, type PluginManagerOptions } from '@testbench/manager';
import * as kit from '@testbench/manager/runner';
import { testWireProtocol } from '@testbench/test-kit/contracts';
import { socketIsolation } from '@testbench/test-kit/isolations/socket-isolation';
import { pullGuest } from '@testbench/test-kit/protocols/pull-guests';

const protocols = [new URL('../test-kit/src/protocols/pull-protocol.js', import.meta.url)];
// Bundled from the sources before any test.
const kitUrl = new URL('../packages/manager/build/runner.js', import.meta.url);

function test(title: string, isolation: NonNullable<PluginManagerOptions['isolation']>): void {
  testWireProtocol(`pull, ${title}`, {
    name: 'pull',
    guest: pullGuest,
    open: (options) => new PluginManager({ ...options, isolation, protocols }),
  });
}

for (const isolation of ISOLATIONS) test(isolation, isolation);
test('a connection to another process', socketIsolation(kit, kitUrl));
