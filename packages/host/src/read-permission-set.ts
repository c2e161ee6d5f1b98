import type { PermissionSet } from '@testbench/sandbox';
import type { ConfigNode } from '@testbench/types/config';

/** Reads permissions that were checked: an object that only looks like `Permissions` would permit nothing, or everything. */
export function readPermissionSet(node: ConfigNode): PermissionSet {
  return node.implementation<PermissionSet>(
    'allowsEnv',
    'allowsRequest',
    'allowsAddress',
    'allowsPath',
    'allowsHostFunction',
  );
}
