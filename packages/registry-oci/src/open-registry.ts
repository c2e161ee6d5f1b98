import { setTimeout as wait } from 'node:timers/promises';

import { ArtifactStore } from '@testbench/registry/stores';
import type { PluginStore } from '@testbench/types/stores';

import { RegistryBackend } from './registry-backend.js';
import { type Pause, RegistryClient } from './registry-client.js';
import { readRegistryOptions, type RegistryOptions } from './registry-options.js';

/**
 * Opens a store over remote registries, by the OCI distribution API: each name says its own, as in
 * `registry.example.com/team/exact-match`.
 *
 * Nothing that a registry answers is believed: bytes are those of their digest, redirects and token services get no credentials that
 * are not theirs, and everything has a cap. What fails for a moment is tried again, after `Retry-After` where the registry says it.
 *
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { dockerCredentials, openRegistry } from '@testbench/registry-oci';
 *
 * const registry = openRegistry({ credentials: dockerCredentials() });
 * const [newest] = await registry.list('registry.example.com/team/exact-match');
 * ```
 */
export function openRegistry(options?: RegistryOptions): PluginStore {
  return openRegistryWith(options, waitFor);
}

/** The clock of this machine. */
export const waitFor: Pause = async (ms, signal) => {
  await wait(ms, undefined, signal === undefined ? {} : { signal });
};

/** The same with a clock of the caller's, for tests. */
export function openRegistryWith(options: RegistryOptions | undefined, pause: Pause): PluginStore {
  const settings = readRegistryOptions(options);
  return new ArtifactStore(new RegistryBackend(new RegistryClient(settings, pause), settings.host));
}
