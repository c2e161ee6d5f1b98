import type { PluginMetadata } from './plugin-metadata.js';

/**
 * Writes metadata with the wire's snake_case names, ready for `JSON.stringify`.
 *
 * The inverse of `parseMetadata`: parsing what this returns gives equal metadata.
 *
 * @example
 * ```ts
 * import { encodeMetadata, parseMetadata } from '@testbench/types';
 *
 * const wire = { name: 'a', version: '1.0.0', plugin_type: 'custom', api_version: '1.0.0' };
 * encodeMetadata(parseMetadata(wire)).plugin_type; // => 'custom'
 * ```
 */
export function encodeMetadata(metadata: PluginMetadata): Record<string, unknown> {
  const { permissions } = metadata;
  const wire: Record<string, unknown> = {
    name: metadata.name,
    version: metadata.version,
    description: metadata.description,
    author: metadata.author,
    plugin_type: metadata.pluginType,
    capabilities: metadata.capabilities,
    api_version: metadata.apiVersion,
    min_host_version: metadata.minContractVersion,
    homepage: metadata.homepage,
    license: metadata.license,
    keywords: metadata.keywords,
    custom: metadata.custom,
    dependencies: metadata.dependencies,
    config_schema: metadata.configSchema,
    permissions: permissions && {
      filesystem: permissions.filesystem,
      network: permissions.network,
      env_vars: permissions.envVars,
      host_functions: permissions.hostFunctions,
      allowed_dirs: permissions.allowedDirs,
      allowed_hosts: permissions.allowedHosts,
      allowed_env: permissions.allowedEnv,
      allowed_host_functions: permissions.allowedHostFunctions,
    },
    metering: metadata.metering,
    asking: metadata.asking,
    aggregate: metadata.aggregate,
    reads: metadata.reads,
  };
  return wire;
}
