import { type HostBinding, LoadError } from '@testbench/types';

/**
 * Instantiates, with the engine's link errors told as ours. The start function runs.
 *
 * @throws {LoadError} `LOAD_REJECTED` for an import that the host does not offer; `LOAD_START_FAILED`.
 */
export function instantiate(module: WebAssembly.Module, host: HostBinding): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, host.imports);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof WebAssembly.LinkError || cause instanceof TypeError) {
      throw new LoadError('LOAD_REJECTED', `Cannot instantiate module: ${message}`, { cause });
    }
    throw new LoadError(
      'LOAD_START_FAILED',
      `Cannot instantiate module: its start function failed (${message})`,
      { cause },
    );
  }
}
