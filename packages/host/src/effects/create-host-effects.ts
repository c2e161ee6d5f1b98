import { PermissionSet } from '@testbench/sandbox';
import { type EffectName, HostCode, type HostEffects } from '@testbench/types/abi';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import type { StateStore } from '@testbench/types/stores';

import { createMemoryStateStore } from '../state/state-store.js';
import type { FileAccess } from '../files/file-access.js';
import type { HttpClient } from '../http/http-client.js';
import { attachmentEffects } from './attachment-effects.js';
import { customEffects, type CustomFunctionServices, readServices } from './custom-effects.js';
import type { EffectHandlers } from './effect-handlers.js';
import { readPermissionSet } from '../read-permission-set.js';
import { fileEffects } from './file-effects.js';
import { httpEffects } from './http-effects.js';
import { stateAndEnvEffects } from './state-and-env.js';

/** Options of {@link createHostEffects}. */
export interface HostEffectsOptions {
  /** What the plugin may do. @default nothing */
  readonly permissions?: PermissionSet;
  /** The plugin's state. @default a separate store in memory */
  readonly stateStore?: StateStore;
  /** The environment to which `allowedEnv` refers. @default none */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The plugin's connections, with the same permissions. @default no network */
  readonly http?: HttpClient;
  /** The plugin's files, with the same permissions. @default no files */
  readonly files?: FileAccess;
  /** The host's own functions. @default none */
  readonly hostFunctions?: CustomFunctionServices;
}

const OPTIONS: OptionReaders<HostEffectsOptions> = {
  permissions: readPermissionSet,
  stateStore: (node) => node.implementation('get', 'set', 'delete'),
  env: (node) => node.object() as NonNullable<HostEffectsOptions['env']>,
  http: (node) => node.implementation('start', 'close'),
  files: (node) => node.implementation('openForReading', 'openForWriting', 'list'),
  hostFunctions: readServices,
};

/**
 * Makes the effects of one plugin instance: state, environment, network, files, attachments and the host's own functions, each within the permissions.
 *
 * @returns Effects for one instance; pass the same `state` to the next instance so that state outlives an instance.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts
 * import { createHostEffects } from '@testbench/host';
 *
 * const effects = createHostEffects();
 * effects.perform('host_get_state', [new TextEncoder().encode('key'), 16]); // => { code: -1 }
 * ```
 */
export function createHostEffects(given?: HostEffectsOptions): HostEffects {
  const options = readOptions<HostEffectsOptions>(given, OPTIONS);
  const {
    permissions = new PermissionSet(),
    stateStore: state = createMemoryStateStore(),
    env = {},
  } = options;
  const own = stateAndEnvEffects(state, permissions, env);
  const http = httpEffects(options.http);
  const files = fileEffects(options.files);
  const attachments = attachmentEffects();
  const custom = customEffects(options.hostFunctions, permissions);
  const handlers: EffectHandlers = {
    ...own.handlers,
    ...http.handlers,
    ...files.handlers,
    ...attachments.handlers,
  };
  return {
    beginCall(call) {
      own.beginCall(call);
      http.beginCall(call);
      files.beginCall(call);
      attachments.beginCall(call);
      custom.beginCall(call);
    },
    perform(name, args) {
      const handler = custom.handlers.get(name) ?? handlers[name as EffectName];
      if (handler === undefined) {
        return { code: HostCode.permissionDenied, denied: `"${name}"` };
      }
      try {
        return handler(args);
      } catch {
        // A third-party state store may throw; the guest still gets a code.
        return { code: HostCode.inputOutput, problem: `"${name}" failed` };
      }
    },
    endCall() {
      http.endCall();
      files.endCall();
      attachments.endCall();
      custom.endCall();
    },
  };
}
