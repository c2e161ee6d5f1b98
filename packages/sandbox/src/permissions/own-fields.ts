import type { ConfigNode } from '@testbench/types/config';

/**
 * The fields of an object without inherited ones: a polluted prototype of all objects must grant nothing.
 *
 * @throws {ConfigError} `CONFIG_INVALID` for anything but an object.
 */
export function ownFields(node: ConfigNode): object {
  return Object.assign(Object.create(null) as object, node.object());
}
