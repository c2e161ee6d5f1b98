import {
  type CustomHostFunction,
  type CustomHostFunctions,
  parseCustomFunctionName,
} from '@testbench/types/abi';
import { ConfigNode } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

/**
 * Checks and copies the functions that a host offers to its plugins.
 *
 * @throws {ConfigError} `CONFIG_INVALID` for a name that no plugin could import, and for anything but a function.
 */
export function readHostFunctions(node: ConfigNode): CustomHostFunctions {
  const functions: Record<string, CustomHostFunction> = {};
  for (const [name, run] of Object.entries(node.object())) {
    const path = `${node.path}[${JSON.stringify(name)}]`;
    const place = parseCustomFunctionName(name);
    if (typeof place === 'string') {
      throw new ConfigError('CONFIG_INVALID', path, `Cannot read "${path}": ${place}`);
    }
    functions[name] = new ConfigNode(run, path).callback<CustomHostFunction>();
  }
  return functions;
}
