import type { ConfigNode } from '@testbench/types/config';

/** Reads what has a JSON form: a configuration, or what goes into `data`. @throws {ConfigError} `CONFIG_INVALID`. */
export function readJsonValue(node: ConfigNode): unknown {
  try {
    if (JSON.stringify(node.value) !== undefined) return node.value;
  } catch {
    // A circle, a bigint, a toJSON that throws.
  }
  return node.reject('a value that has a JSON form');
}
