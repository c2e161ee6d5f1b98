import { ArtifactStore } from '@testbench/registry/stores';
import type { PluginStore } from '@testbench/types/stores';

import { type Clock, MACHINE_CLOCK } from './clock.js';
import { RegistryBackend } from './registry-backend.js';
import { RegistryClient } from './registry-client.js';
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
  return openRegistryWith(options, MACHINE_CLOCK);
}

/** The same with a clock of the caller's, for tests. */
export function openRegistryWith(options: RegistryOptions | undefined, clock: Clock): PluginStore {
  const settings = readRegistryOptions(options);
  return new ArtifactStore(new RegistryBackend(new RegistryClient(settings, clock), settings.host));
}
