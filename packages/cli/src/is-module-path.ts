/** True for what is the path of a module, and can be nothing else. */
export function isModulePath(text: string): boolean {
  return text.endsWith('.wasm') && !text.startsWith('oci://');
}
