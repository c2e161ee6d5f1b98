import type { ConfigNode } from '@testbench/types/config';

/** Reads a value that has a JSON form: a configuration, or the value of `data`. @throws {ConfigError} `CONFIG_INVALID`. */
export function readJsonValue(node: ConfigNode): unknown {
  try {
    if (JSON.stringify(node.value) !== undefined) return node.value;
  } catch {
    // A cycle, a bigint, a toJSON that throws.
  }
  return node.reject('a value that has a JSON form');
}
