import { createHostEffects } from '@testbench/host';
import { DEFAULT_LIMITS } from '@testbench/types';

import type { RemoteGuest } from '../remote-guest.js';

/** A version of a guest, for tests of runners that load no module. */
export function remoteGuest({
  hostFunctions = [],
  onLog = () => {},
}: {
  readonly hostFunctions?: readonly string[];
  readonly onLog?: RemoteGuest['onLog'];
} = {}): RemoteGuest {
  return {
    version: 1,
    setup: {
      pluginId: 'guest',
      protocol: { name: 'v1', payload: 'envelope' },
      config: undefined,
      limits: DEFAULT_LIMITS,
      reset: false,
      metering: 'coarse',
      enableWasi: false,
      directories: [],
      hostFunctions,
    },
    effects: createHostEffects,
    onLog,
  };
}
