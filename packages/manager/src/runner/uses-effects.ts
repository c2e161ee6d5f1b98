import { HOST_EFFECTS, HOST_MODULE } from '@testbench/types/abi';

import type { GuestSetup } from './messages.js';

/** True if a guest may ask its host for something: state, the environment, requests, files, or the host's own functions. */
export function usesEffects(
  imports: readonly Pick<WebAssembly.ModuleImportDescriptor, 'module' | 'name'>[],
  { enableWasi, directories, hostFunctions, protocol }: GuestSetup,
): boolean {
  const { effects = {} } = protocol;
  // A WASI program reaches granted directories under other names.
  if (enableWasi && directories.length > 0) return true;
  return imports.some(
    ({ module, name }) =>
      (module === HOST_MODULE && Object.hasOwn(HOST_EFFECTS, name)) ||
      hostFunctions.includes(`${module}.${name}`) ||
      Object.hasOwn(effects, `${module}.${name}`),
  );
}
