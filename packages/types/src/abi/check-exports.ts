import type { ProtocolShape } from '../protocol/protocol-shape.js';
import { PROTOCOL_SHAPES } from '../protocol/protocol-shapes.js';
import type { FunctionSignature } from './exports.js';

interface Signature {
  readonly params: readonly string[];
  readonly results: readonly string[];
}

/** One export of a module, as a decoder describes it. */
export interface ExportedItem {
  readonly name: string;
  /** `function`, `memory`, `table`, `global` or `tag`. */
  readonly kind: string;
  /** For functions: parameters and results. */
  readonly type?: unknown;
}

/** An export that does not meet the contract. */
export interface ExportProblem {
  readonly name: string;
  /** What is wrong, worded to follow the name: `it is missing`, `its type is …, expected …`. */
  readonly state: string;
}

/** What identifies a module's protocol. */
export interface ProtocolEvidence {
  /** All exports. */
  readonly exports: Iterable<ExportedItem>;
  /** All imports. @default none */
  readonly imports?: Iterable<{ readonly module: string }>;
}

/**
 * Determines which wire protocol a module uses, and lists violations.
 *
 * @param protocols The protocols that the host knows; the first one whose markers the module has counts.
 * @returns `contract` is the protocol's name; undefined if there is none, in which case the problem is the first thing missing for v1.
 *
 * @example
 * ```ts
 * import { checkContractExports } from '@testbench/types/abi';
 *
 * const { contract, problems } = checkContractExports({ exports: [{ name: 'memory', kind: 'memory' }] });
 * contract; // => undefined
 * problems[0]; // => { name: 'plugin_execute', state: 'it is missing' }
 * ```
 */
export function checkContractExports(
  { exports, imports = [] }: ProtocolEvidence,
  protocols: readonly ProtocolShape[] = PROTOCOL_SHAPES,
): {
  readonly contract: string | undefined;
  readonly problems: readonly ExportProblem[];
} {
  const items = new Map<string, ExportedItem>();
  for (const item of exports) items.set(item.name, item);
  const modules = new Set<string>();
  for (const { module } of imports) modules.add(module);
  const shape = protocols.find(({ markers }) => hasMarkers(markers, items, modules));
  if (shape === undefined) {
    return { contract: undefined, problems: [{ name: 'plugin_execute', state: 'it is missing' }] };
  }
  const problems: ExportProblem[] = [];
  const memory = items.get('memory');
  if (memory?.kind !== 'memory' && !(memory === undefined && shape.memory === 'optional')) {
    const state = memory === undefined ? 'it is missing' : `it is a ${memory.kind}, not a memory`;
    problems.push({ name: 'memory', state });
  }
  const compare = (table: ProtocolShape['requiredExports'], absent: string): void => {
    for (const [name, expected] of Object.entries(table)) {
      const item = items.get(name);
      const state = item === undefined ? absent : mismatch(item, expected);
      if (state !== '') problems.push({ name, state });
    }
  };
  compare(shape.requiredExports, 'it is missing');
  compare(shape.optionalExports, '');
  return { contract: shape.name, problems };
}

function hasMarkers(
  markers: ProtocolShape['markers'],
  items: ReadonlyMap<string, ExportedItem>,
  modules: ReadonlySet<string>,
): boolean {
  const { exports = {}, imports = [] } = markers;
  if (!imports.every((module) => modules.has(module))) return false;
  return Object.entries(exports).every(([name, expected]) => {
    const item = items.get(name);
    return item !== undefined && (expected === 'any' || mismatch(item, expected) === '');
  });
}

/** How an export differs from what is expected; `''` if it does not. */
function mismatch(item: ExportedItem, expected: FunctionSignature): string {
  if (item.kind !== 'function') return `it is a ${item.kind}, not a function`;
  return compareSignatures(item.type as Signature, expected) ?? '';
}

/**
 * Compares a function's type with the expected one.
 *
 * @returns What is wrong, worded to follow the function's name; undefined if nothing is.
 */
export function compareSignatures(actual: Signature, expected: Signature): string | undefined {
  const isSame = (one: readonly string[], other: readonly string[]): boolean =>
    one.length === other.length && one.every((type, index) => type === other[index]);
  if (isSame(actual.params, expected.params) && isSame(actual.results, expected.results)) {
    return undefined;
  }
  return `its type is ${signatureText(actual)}, expected ${signatureText(expected)}`;
}

/** Further types in a list are only counted: a module may have a type with a million parameters, and use it often. */
const SHOWN_TYPES = 16;

/**
 * Formats a function's type for people; long lists are cut to their beginning and their length.
 *
 * @example
 * ```ts
 * import { signatureText } from '@testbench/types/abi';
 *
 * signatureText({ params: ['i32', 'i32'], results: ['i64'] }); // => '(i32, i32) -> i64'
 * ```
 */
export function signatureText(signature: Signature): string {
  const { params, results } = signature;
  return `(${listText(params)}) -> ${results.length === 1 ? results[0] : `(${listText(results)})`}`;
}

function listText(types: readonly string[]): string {
  if (types.length <= SHOWN_TYPES) return types.join(', ');
  return `${types.slice(0, SHOWN_TYPES).join(', ')}, … ${types.length} in all`;
}
