import { decodeModule, inspectModule, readFunctionNames } from '@testbench/wasm';

/** How many bytes a part of a module takes. */
export interface SizeShare {
  /** Name of a section or function. */
  readonly name: string;
  readonly bytes: number;
}

/** How a module's bytes are used, the largest part first. */
export interface SizeReport {
  /** Every section with its frame; custom ones by their own name. */
  readonly sections: readonly SizeShare[];
  /** Bodies of functions; those without a name are `function 12`. */
  readonly functions: readonly SizeShare[];
}

/**
 * Shows how a module's bytes are used.
 *
 * @param bytes A module; the names of its functions are read from its section `name`, if it has one.
 * @throws {DecodeError} If it is not well-formed.
 *
 * @example
 * ```ts
 * import { measureSize } from '@testbench/sdk';
 *
 * // (func (export "f"))
 * const module = Uint8Array.of(
 *   ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0],
 *   ...[7, 5, 1, 1, 0x66, 0, 0, 10, 4, 1, 2, 0, 0x0b],
 * );
 * measureSize(module).functions; // => [{ name: 'f', bytes: 2 }]
 * measureSize(module).sections[0]; // => { name: 'export', bytes: 7 }
 * ```
 */
export function measureSize(bytes: Uint8Array): SizeReport {
  const module = decodeModule(bytes);
  const names = readFunctionNames(bytes);
  for (const { kind, index, name } of module.exports) {
    if (kind === 'function' && !names.has(index)) names.set(index, name);
  }
  const summary = inspectModule(bytes);
  const custom = [...summary.customSections];
  const sections = summary.sections.map(({ name, size }) => ({
    name: name === 'custom' ? `"${custom.shift()!.name}"` : name,
    bytes: size,
  }));
  const functions = module.bodies.map(({ start, end }, position) => {
    const index = module.importedFunctions + position;
    return { name: names.get(index) ?? `function ${index}`, bytes: end - start };
  });
  return { sections: largestFirst(sections), functions: largestFirst(functions) };
}

function largestFirst(shares: readonly SizeShare[]): SizeShare[] {
  return shares.toSorted((a, b) => b.bytes - a.bytes);
}
