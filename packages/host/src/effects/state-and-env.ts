import type { PermissionSet } from '@testbench/sandbox';
import { type EffectResult, HostCode } from '@testbench/types/abi';
import type { StateStore } from '@testbench/types/stores';

import { utf8 } from '../guest-view.js';
import { MAX_KEY_BYTES, MAX_STATE_WRITTEN_PER_CALL } from '../limits.js';
import type { CallEffects, EffectHandlers } from './effect-handlers.js';
import { bytesAt, textAt } from './read-argument.js';

const invalidArgument: EffectResult = { code: HostCode.invalidArgument };
const notFound: EffectResult = { code: HostCode.notFound };

function full(why: string): EffectResult {
  return { code: HostCode.limitExceeded, problem: `storing state: ${why}` };
}

/** `host_set_state`, `host_get_state`, `host_delete_state` and `host_env_get`. */
export function stateAndEnvEffects(
  state: StateStore,
  permissions: PermissionSet,
  env: Readonly<Record<string, string | undefined>>,
): CallEffects {
  let written = 0;
  const handlers: EffectHandlers = {
    host_set_state(args) {
      const key = textAt(args, 0, MAX_KEY_BYTES);
      const value = bytesAt(args, 1);
      if (key === undefined || value === undefined) return invalidArgument;
      written += key.length + value.length;
      if (written > MAX_STATE_WRITTEN_PER_CALL) return full('more than 16 MiB in one call');
      return state.set(key, value) ? { code: 0 } : full('there is no room for it');
    },

    host_get_state(args) {
      const key = textAt(args, 0, MAX_KEY_BYTES);
      if (key === undefined) return invalidArgument;
      const value = state.get(key);
      return value === undefined ? notFound : { code: value.length, bytes: value };
    },

    host_delete_state(args) {
      const key = textAt(args, 0, MAX_KEY_BYTES);
      if (key === undefined) return invalidArgument;
      return state.delete(key) ? { code: 0 } : notFound;
    },

    host_env_get(args) {
      const name = textAt(args, 0, MAX_KEY_BYTES);
      if (name === undefined) return invalidArgument;
      if (!permissions.allowsEnv(name)) {
        return { code: HostCode.permissionDenied, denied: `environment variable "${name}"` };
      }
      const value = Object.hasOwn(env, name) ? env[name] : undefined;
      if (value === undefined) return notFound;
      const bytes = utf8(value);
      return { code: bytes.length, bytes };
    },
  };
  return {
    handlers,
    beginCall() {
      written = 0;
    },
    endCall: () => {},
  };
}
