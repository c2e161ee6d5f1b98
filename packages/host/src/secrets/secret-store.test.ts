import { testSecretStore } from '@testbench/test-kit/contracts';

import { createEnvSecrets, createMemorySecrets } from './secret-store.js';

testSecretStore('createMemorySecrets()', { open: createMemorySecrets });

testSecretStore('createEnvSecrets()', {
  open(secrets) {
    const env: Record<string, string> = {};
    const limits = Object.entries(secrets).map(([name, { value, ...rest }]) => {
      env[`${name}_VARIABLE`] = value;
      return [name, { ...rest, env: `${name}_VARIABLE` }] as const;
    });
    return createEnvSecrets(Object.fromEntries(limits), env);
  },
});
