// oxlint-disable typescript/no-unsafe-enum-comparison -- operators are numbers where they come from: bytes
import { ByteReader, InstructionCursor, type Module, type TypeDefinition } from '@testbench/wasm';

import type { Reachable } from './call-graph.js';
import { Opcode } from './operators.js';
import type { FunctionScanner } from './scan-function.js';

/**
 * Finds the functions that can be reached by something other than a direct call.
 *
 * @param scanner A scanner that has read all bodies.
 * @param exact If true, callers cannot pay for functions in a table: the cost of the callee varies.
 */
export function reachableFunctions(
  module: Module,
  scanner: FunctionScanner,
  exact: boolean,
): Reachable {
  const escaping = scanner.referenced;
  const tabled = new Set<number>();
  // Otherwise a function may cost more than its callers expect, or be called by others.
  let isPrivate =
    !exact &&
    !scanner.movesFunctions &&
    module.tables.every(({ imported }) => !imported) &&
    module.exports.every(({ kind }) => kind !== 'table') &&
    module.types.every(isPlain);
  const cursor = new InstructionCursor(module.bytes, 0, 0);
  const walk = (start: number, end: number, found: Set<number>): number => {
    cursor.reset(start, end);
    while (cursor.next()) {
      if (cursor.opcode === Opcode.RefFunc) found.add(cursor.index);
      // The function belongs to another module, or there is another reference to it.
      if (cursor.opcode === Opcode.GlobalGet) isPrivate = false;
    }
    return cursor.position;
  };
  for (const { kind, index } of module.exports) if (kind === 'function') escaping.add(index);
  if (module.start !== undefined) escaping.add(module.start.index);
  for (const { initial } of module.globals) {
    if (initial !== undefined) walk(initial.start, initial.end, escaping);
  }
  for (const { initial } of module.tables) {
    if (initial !== undefined) walk(initial.start, initial.end, tabled);
  }
  for (const { entries, count, expressions } of module.elements) {
    const reader = new ByteReader(module.bytes, entries.start, entries.end);
    for (let index = 0; index < count; index += 1) {
      if (expressions) reader.offset = walk(reader.offset, entries.end, tabled);
      else tabled.add(reader.u32('function index'));
    }
  }
  if (isPrivate) return { escaping, tabled };
  for (const index of tabled) escaping.add(index);
  return { escaping, tabled: undefined };
}

/** A function type that equals another exactly if both have the same spelling. */
function isPlain(type: TypeDefinition): boolean {
  if (type.kind !== 'function' || !type.final || type.recursive) return false;
  // Two indices may stand for one type.
  return ![...type.params, ...type.results].some((value) => value.startsWith('('));
}
