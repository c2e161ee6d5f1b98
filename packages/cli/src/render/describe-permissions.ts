import type { Permissions } from '@testbench/types';

/** Each granted permission with its scope. For display, not escaped. */
export function describePermissions(permissions: Permissions): string {
  const { allowedDirs, allowedHosts, allowedEnv, allowedHostFunctions } = permissions;
  const parts = [
    describe('files', permissions.filesystem, allowedDirs?.map(describeDirectory)),
    describe('network', permissions.network, allowedHosts),
    describe('environment', permissions.envVars, allowedEnv),
    describe('host functions', permissions.hostFunctions, allowedHostFunctions),
  ];
  return parts.filter((part) => part !== '').join('; ') || 'no permission';
}

function describe(
  name: string,
  isOn: boolean | undefined,
  covered: readonly string[] | undefined,
): string {
  if (covered !== undefined && covered.length > 0) {
    return `${name} ${covered.join(', ')}${isOn === true ? '' : ' (but it is off)'}`;
  }
  return isOn === true ? `${name} (names nothing)` : '';
}

function describeDirectory(directory: NonNullable<Permissions['allowedDirs']>[number]): string {
  return typeof directory === 'string' ? directory : `${directory.path} (${directory.access})`;
}
