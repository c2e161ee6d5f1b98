import { DecodeError } from './decode-error.js';
import type { Export, Import, Module } from './module.js';
import type { ExternSummary, ImportSummary } from './module-summary.js';
import type { FunctionType } from './type-section.js';

/** An import with its full type. */
export function importSummary(
  { types }: Module,
  { module: from, name, type, offset }: Import,
): ImportSummary {
  const common = { module: from, name, offset };
  switch (type.kind) {
    case 'table':
      return { ...common, kind: 'table', type: type.table };
    case 'memory':
      return { ...common, kind: 'memory', type: type.memory };
    case 'global':
      return { ...common, kind: 'global', type: type.global };
    default:
      return { ...common, kind: type.kind, type: functionType(types, type.type, offset) };
  }
}

/**
 * An export with its full type.
 *
 * @throws {DecodeError} `DECODE_MISMATCH` if its index, or that of its type, is beyond the index space.
 */
export function exportSummary(
  module: Module,
  { name, kind, index, offset }: Export,
): ExternSummary {
  const { types } = module;
  switch (kind) {
    case 'function': {
      return { name, offset, kind, type: functionType(types, module.functions[index], offset) };
    }
    case 'tag':
      return { name, offset, kind, type: functionType(types, module.tags[index]?.type, offset) };
    case 'table':
      return { name, offset, kind, type: found(module.tables[index], offset).type };
    case 'memory':
      return { name, offset, kind, type: found(module.memories[index], offset).type };
    default:
      return { name, offset, kind, type: found(module.globals[index], offset).type };
  }
}

function functionType(
  types: Module['types'],
  index: number | undefined,
  offset: number,
): FunctionType {
  const type = index === undefined ? undefined : types[index];
  const { params, results } = found(type?.kind === 'function' ? type : undefined, offset);
  return { params, results };
}

function found<Item>(item: Item | undefined, offset: number): Item {
  if (item === undefined) {
    throw new DecodeError('DECODE_MISMATCH', offset, 'Cannot read type: index is out of range');
  }
  return item;
}
