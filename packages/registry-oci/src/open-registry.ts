import { ArtifactStore } from '@testbench/registry/stores';
import type { PluginStore } from '@testbench/types/stores';

import { type Clock, MACHINE_CLOCK } from './clock.js';
import { RegistryBackend } from './registry-backend.js';
import { RegistryClient } from './registry-client.js';
import { readRegistryOptions, type RegistryOptions } from './registry-options.js';

/**
 * Opens a store over remote registries, by the OCI distribution API: each name contains its registry's host, as in
 * `registry.example.com/team/exact-match`.
 *
 * No answer of a registry is trusted: bytes are compared with their digest, redirects and token services receive no credentials that
 * are not meant for them, and everything has a cap. Temporary failures are retried, after `Retry-After` where the registry sends it.
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

/** The same with the caller's own clock, for tests. */
export function openRegistryWith(options: RegistryOptions | undefined, clock: Clock): PluginStore {
  const settings = readRegistryOptions(options);
  return new ArtifactStore(new RegistryBackend(new RegistryClient(settings, clock), settings.host));
}
