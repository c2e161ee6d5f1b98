import type { ProtocolShape, WireProtocol } from '@testbench/types/abi';
import { LoadError } from '@testbench/types/errors';

/**
 * Determines the protocol of an instance, and checks that it has the required functions.
 *
 * JavaScript shows a function's number of parameters but not their types. That is enough to distinguish signatures;
 * a wrong type shows at the call, and admission checks types exactly beforehand.
 *
 * @throws {LoadError} `LOAD_BAD_EXPORT`, naming the export.
 */
export function pickProtocol(
  { exports }: WebAssembly.Instance,
  imports: readonly { readonly module: string }[],
  protocols: readonly WireProtocol[],
): WireProtocol {
  const protocol = protocols.find(({ markers }) => {
    const { exports: functions = {}, imports: modules = [] } = markers;
    return (
      modules.every((module) => imports.some((item) => item.module === module)) &&
      Object.entries(functions).every(([name, type]) => {
        const value = exports[name];
        if (type === 'any') return value !== undefined;
        return typeof value === 'function' && value.length === type.params.length;
      })
    );
  });
  return protocol ?? badExport('plugin_execute', 'it is missing');
}

/** @throws {LoadError} `LOAD_BAD_EXPORT` for a function that is missing or has a different number of parameters. */
export function checkExports(exports: WebAssembly.Exports, shape: ProtocolShape): void {
  // The function that identifies the protocol is reported first.
  for (const name of Object.keys(shape.markers.exports ?? {})) requireFunction(exports, name);
  for (const [name, { params }] of Object.entries(shape.requiredExports)) {
    const { length } = requireFunction(exports, name);
    if (length !== params.length) {
      badExport(name, `it takes ${length} parameters, expected ${params.length}`);
    }
  }
  for (const name of Object.keys(shape.optionalExports)) {
    if (exports[name] !== undefined) requireFunction(exports, name);
  }
}

/**
 * The guest's memory; an empty one for a guest that need not have any.
 *
 * @throws {LoadError} `LOAD_BAD_EXPORT` if there is none.
 */
export function requireMemory(
  exports: WebAssembly.Exports,
  shape: Pick<ProtocolShape, 'memory'> | undefined,
): WebAssembly.Memory {
  const memory = exports['memory'];
  if (memory instanceof WebAssembly.Memory) return memory;
  if (memory === undefined && shape?.memory === 'optional') {
    return new WebAssembly.Memory({ initial: 0 });
  }
  return badExport('memory', memory === undefined ? 'it is missing' : 'it is not a memory');
}

/** @throws {LoadError} `LOAD_BAD_EXPORT` if there is none with that name. */
export function requireFunction(
  exports: WebAssembly.Exports,
  name: string,
): (...args: (number | bigint)[]) => unknown {
  const value = Object.hasOwn(exports, name) ? exports[name] : undefined;
  if (typeof value === 'function') return value as (...args: (number | bigint)[]) => unknown;
  return badExport(name, value === undefined ? 'it is missing' : 'it is not a function');
}

function badExport(name: string, state: string): never {
  throw new LoadError('LOAD_BAD_EXPORT', `Cannot use export "${name}": ${state}`, { field: name });
}
