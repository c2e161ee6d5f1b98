import type { CustomHostFunction } from '@testbench/core';
import { parseCustomFunctionName } from '@testbench/types/abi';
import type { HostFunctionAnswer, HostFunctionCall } from '@testbench/types/protocols';

import { CallContext } from './call-context.js';
import type { LogLevel } from './log-level.js';
import type { ExtismHostFunction, ExtismPluginOptions } from './options.js';
import type { Variables } from './variables.js';

/** What host functions know of the plugin and its running call. */
export interface FunctionHost {
  readonly variables: Variables;
  readonly logLevel: LogLevel;
  /** What the caller passed for them. */
  readonly hostContext: unknown;
  /** Keeps the error that ends the call, so that the caller gets the same. */
  keep(error: unknown): void;
}

/**
 * Host functions in the form in which the engine offers them, by their full names.
 *
 * @throws {TypeError} For a name that a plugin could not import.
 */
export function wrapFunctions(
  functions: NonNullable<ExtismPluginOptions['functions']>,
  host: FunctionHost,
): Record<string, CustomHostFunction> {
  const wrapped: Record<string, CustomHostFunction> = {};
  for (const [module, own] of Object.entries(functions)) {
    for (const [name, run] of Object.entries(own)) {
      const full = `${module}.${name}`;
      const place = parseCustomFunctionName(full);
      if (typeof place === 'string') {
        throw new TypeError(
          `Cannot offer host function ${JSON.stringify(full)}: ${place}; any name is possible in "extism:host/user"`,
        );
      }
      wrapped[full] = wrap(run, host);
    }
  }
  return wrapped;
}

function wrap(run: ExtismHostFunction, host: FunctionHost): CustomHostFunction {
  return (input) => {
    const { values, blocks } = input as HostFunctionCall;
    const args = values.map((value) => (typeof value === 'string' ? BigInt(value) : value));
    const given = new Map<bigint, Uint8Array>();
    for (const [index, base64] of Object.entries(blocks)) {
      // A buffer of its own: it is shown whole.
      given.set(args[Number(index)] as bigint, new Uint8Array(Buffer.from(base64, 'base64')));
    }
    const context = new CallContext(given, host.hostContext, host.variables, host.logLevel);
    const keep = (error: unknown): never => {
      host.keep(error);
      throw error;
    };
    try {
      const result = run(context, ...args);
      return result instanceof Promise
        ? result.then((value) => answer(context, value)).catch(keep)
        : answer(context, result);
    } catch (error) {
      return keep(error);
    }
  };
}

function answer(context: CallContext, value: unknown): HostFunctionAnswer {
  const error = context.error === undefined ? {} : { error: context.error };
  if (typeof value === 'number') return { value, ...error };
  if (typeof value !== 'bigint') return error;
  const block = context.made(value);
  return block === undefined
    ? { value: String(value), ...error }
    : { block: Buffer.from(block).toString('base64'), ...error };
}
