import { createMemorySecrets, PluginSystem } from '@testbench/core';

/** A system whose judges may show their key to the server of models. */
export function judgeSystem(server: { readonly origin: string }): PluginSystem {
  const { host } = new URL(server.origin);
  return new PluginSystem({
    secrets: createMemorySecrets({ JUDGE_API_KEY: { value: 'sk-test-0123456789', hosts: [host] } }),
  });
}
