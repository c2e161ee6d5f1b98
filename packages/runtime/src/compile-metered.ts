import { RESERVED_PREFIX } from '@testbench/metering';

/**
 * Compiles a stored module.
 *
 * @returns undefined if it is not a metered module despite its valid digest: the original can be metered again.
 */
export async function compileMetered(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<WebAssembly.Module | undefined> {
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(bytes);
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return undefined;
    throw error;
  }
  const isMetered = WebAssembly.Module.exports(module).some(({ name }) =>
    name.startsWith(RESERVED_PREFIX),
  );
  return isMetered ? module : undefined;
}
