/**
 * A store of plugins, data sets and results in remote registries, over the OCI distribution API.
 *
 * It is a separate package because it alone uses the network: a host with plugins on its own disk does not need it.
 *
 * @packageDocumentation
 */
export type { FindCredentials, RegistryCredentials } from './credentials.js';
export { dockerCredentials } from './docker-credentials.js';
export { listRepositories, type ListRepositoriesOptions } from './list-repositories.js';
export { openRegistry } from './open-registry.js';
export type { RegistryOptions } from './registry-options.js';
