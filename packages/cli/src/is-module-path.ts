/** True for a text that can only be the path of a module. */
export function isModulePath(text: string): boolean {
  return text.endsWith('.wasm') && !text.startsWith('oci://');
}
