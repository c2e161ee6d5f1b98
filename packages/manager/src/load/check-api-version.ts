import type { PluginMetadata } from '@testbench/types';
import { API_VERSION } from '@testbench/types/abi';
import { LoadError } from '@testbench/types/errors';
import semver from 'semver';

/**
 * Makes sure that the plugin speaks this host's version of the contract.
 *
 * Within a major version the contract only grows, so a plugin of any minor version may load: admission has already refused
 * imports that this host does not have.
 *
 * @throws {LoadError} `LOAD_INCOMPATIBLE_API`.
 */
export function checkApiVersion(metadata: PluginMetadata): void {
  const { name, apiVersion, minContractVersion } = metadata;
  if (semver.major(apiVersion) !== semver.major(API_VERSION)) {
    throw new LoadError(
      'LOAD_INCOMPATIBLE_API',
      `Cannot load plugin "${name}": it is made for contract ${apiVersion}, this host speaks ${API_VERSION}`,
      { field: 'api_version' },
    );
  }
  if (minContractVersion !== undefined && semver.lt(API_VERSION, minContractVersion)) {
    throw new LoadError(
      'LOAD_INCOMPATIBLE_API',
      `Cannot load plugin "${name}": it needs a host that speaks contract ${minContractVersion}, this one speaks ${API_VERSION}`,
      { field: 'min_host_version' },
    );
  }
}
