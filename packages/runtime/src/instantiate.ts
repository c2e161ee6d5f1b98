import type { HostBinding, ProtocolImports } from '@testbench/types/abi';
import { LoadError } from '@testbench/types/errors';

import { canSuspend, suspending } from './suspension.js';

/**
 * True if the module imports a function that may make it wait, so that every call must be able to suspend.
 *
 * @throws {LoadError} `LOAD_UNSUPPORTED` if it needs that function and the engine has no JSPI.
 */
export function mustWait(
  imports: readonly WebAssembly.ModuleImportDescriptor[],
  host: HostBinding,
): boolean {
  const waiting = imports
    .filter(({ module, name }) => mayWait(host, module, name))
    .map(({ name }) => name);
  if (waiting.length === 0) return false;
  if (canSuspend) return true;
  // A plugin can run without a receiver of its chunks, but not without network and files.
  const needed = waiting.find((name) => name !== 'host_emit');
  if (needed === undefined) return false;
  throw new LoadError(
    'LOAD_UNSUPPORTED',
    `Cannot run plugin inline: "${needed}" may wait, and this engine cannot suspend WebAssembly (JSPI, Node 24 and newer); use a thread or a process`,
    { field: needed },
  );
}

/** Functions of the contract are identified by name alone; a host's own have a dot between module and name. */
function mayWait({ waiting }: HostBinding, module: string, name: string): boolean {
  return waiting.has(name) || waiting.has(`${module}.${name}`);
}

/** The host's functions, with those that may wait wrapped so that they suspend the guest, and those of the protocol. */
function importsOf(
  host: HostBinding,
  waits: boolean,
  own: ProtocolImports | undefined,
): WebAssembly.Imports {
  if (!waits && own === undefined) return host.imports;
  const imports: Record<string, Record<string, unknown>> = Object.create(null);
  for (const [module, functions] of Object.entries(host.imports)) {
    const wrapped: Record<string, unknown> = Object.create(null);
    for (const [name, run] of Object.entries(functions)) {
      wrapped[name] = waits && mayWait(host, module, name) ? suspending(run) : run;
    }
    imports[module] = wrapped;
  }
  for (const [module, functions] of Object.entries(own ?? {})) {
    const wrapped: Record<string, unknown> = Object.create(null);
    for (const [name, run] of Object.entries(functions)) {
      wrapped[name] = waits && mayWait(host, module, name) ? suspending(run) : run;
    }
    // The host's own take precedence: a protocol cannot replace any.
    imports[module] = Object.assign(wrapped, imports[module]);
  }
  return imports as WebAssembly.Imports;
}

/**
 * Instantiates the module, and converts the engine's link errors to our own. The start function does not run yet.
 *
 * @throws {LoadError} `LOAD_REJECTED` for an import that the host does not offer; `LOAD_START_FAILED`.
 */
export function instantiate(
  module: WebAssembly.Module,
  host: HostBinding,
  waits: boolean,
  own?: ProtocolImports,
): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, importsOf(host, waits, own));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof WebAssembly.LinkError || cause instanceof TypeError) {
      throw new LoadError('LOAD_REJECTED', `Cannot instantiate module: ${message}`, { cause });
    }
    throw new LoadError(
      // A segment that does not fit, or not enough room for a memory.
      'LOAD_START_FAILED',
      `Cannot instantiate module: ${message}`,
      { cause },
    );
  }
}
