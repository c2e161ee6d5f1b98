import type { PermissionSet } from '@testbench/sandbox';
import type { ConfigNode } from '@testbench/types/config';

/** Accepts only checked permissions: an object that merely looks like `Permissions` would permit nothing, or everything. */
export function readPermissionSet(node: ConfigNode): PermissionSet {
  return node.implementation<PermissionSet>(
    'allowsEnv',
    'allowsRequest',
    'allowsAddress',
    'allowsPath',
    'allowsHostFunction',
  );
}
