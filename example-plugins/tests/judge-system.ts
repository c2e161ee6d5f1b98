import { createMemorySecrets, PluginSystem } from '@testbench/core';

/** A system whose judges may send their key to the model server. */
export function judgeSystem(server: { readonly origin: string }): PluginSystem {
  const { host } = new URL(server.origin);
  return new PluginSystem({
    secrets: createMemorySecrets({ JUDGE_API_KEY: { value: 'sk-test-0123456789', hosts: [host] } }),
  });
}
