import { HostCode, type HostFunction } from '@testbench/types';

import { utf8 } from '../guest-view.js';
import type { HostContext } from '../host-context.js';
import { MAX_KEY_BYTES } from '../limits.js';

/** `host_set_state`, `host_get_state`, `host_delete_state` and `host_env_get`. */
export function stateAndEnvFunctions(context: HostContext): Record<string, HostFunction> {
  const { memory, services } = context;
  const readKey = (ptr: number, len: number): string | undefined =>
    len >>> 0 > MAX_KEY_BYTES ? undefined : memory.text(ptr, len);
  return {
    host_set_state(kptr: number, klen: number, vptr: number, vlen: number): number {
      const key = readKey(kptr, klen);
      const value = memory.range(vptr, vlen);
      if (key === undefined || value === undefined) return HostCode.invalidArgument;
      return services.state.set(key, value) ? 0 : HostCode.limitExceeded;
    },

    host_get_state(kptr: number, klen: number, vptr: number, vmax: number): number {
      const key = readKey(kptr, klen);
      if (key === undefined) return HostCode.invalidArgument;
      const value = services.state.get(key);
      if (value === undefined) return HostCode.notFound;
      return memory.fill(vptr, vmax, value) ?? HostCode.invalidArgument;
    },

    host_delete_state(kptr: number, klen: number): number {
      const key = readKey(kptr, klen);
      if (key === undefined) return HostCode.invalidArgument;
      return services.state.delete(key) ? 0 : HostCode.notFound;
    },

    host_env_get(kptr: number, klen: number, vptr: number, vmax: number): number {
      const name = readKey(kptr, klen);
      if (name === undefined) return HostCode.invalidArgument;
      if (!services.permissions.allowsEnv(name)) {
        context.deny(`environment variable "${name}"`);
        return HostCode.permissionDenied;
      }
      const value = Object.hasOwn(services.env, name) ? services.env[name] : undefined;
      if (value === undefined) return HostCode.notFound;
      return memory.fill(vptr, vmax, utf8(value)) ?? HostCode.invalidArgument;
    },
  };
}
