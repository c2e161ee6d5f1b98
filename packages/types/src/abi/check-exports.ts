import {
  type AbiSignature,
  CLASSIC_EXPORTS,
  OPTIONAL_EXPORTS,
  REQUIRED_EXPORTS,
} from './exports.js';

/** Which of the contract's two signatures a plugin has. */
export type Contract = 'v1' | 'classic';

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
  /** What is wrong, to stand after the name: `it is missing`, `its type is …, expected …`. */
  readonly state: string;
}

/**
 * Tells the contract's signatures apart by the type of `plugin_execute`, and lists what does not meet it.
 *
 * @param exports All exports of a module.
 * @returns `contract` is undefined if there is no function `plugin_execute`.
 *
 * @example
 * ```ts
 * import { checkContractExports } from '@testbench/types';
 *
 * checkContractExports([{ name: 'memory', kind: 'memory' }]).problems[0]; // => { name: 'plugin_execute', state: 'it is missing' }
 * ```
 */
export function checkContractExports(exports: Iterable<ExportedItem>): {
  readonly contract: Contract | undefined;
  readonly problems: readonly ExportProblem[];
} {
  const items = new Map<string, ExportedItem>();
  for (const item of exports) items.set(item.name, item);
  const problems: ExportProblem[] = [];
  const require = (name: string, expected: AbiSignature, optional: boolean): void => {
    const item = items.get(name);
    const state = item === undefined ? (optional ? '' : 'it is missing') : mismatch(item, expected);
    if (state !== '') problems.push({ name, state });
  };

  const execute = items.get('plugin_execute');
  if (execute === undefined) {
    return { contract: undefined, problems: [{ name: 'plugin_execute', state: 'it is missing' }] };
  }
  const memory = items.get('memory');
  if (memory?.kind !== 'memory') {
    const state = memory === undefined ? 'it is missing' : `it is a ${memory.kind}, not a memory`;
    problems.push({ name: 'memory', state });
  }
  const contract: Contract =
    mismatch(execute, CLASSIC_EXPORTS['plugin_execute']!) === '' ? 'classic' : 'v1';
  if (contract === 'classic') {
    for (const [name, expected] of Object.entries(CLASSIC_EXPORTS)) require(name, expected, false);
    for (const name of ['plugin_alloc', 'plugin_free', 'plugin_shutdown']) {
      require(name, REQUIRED_EXPORTS[name]!, true);
    }
  } else {
    for (const [name, expected] of Object.entries(REQUIRED_EXPORTS)) require(name, expected, false);
    for (const [name, expected] of Object.entries(OPTIONAL_EXPORTS)) require(name, expected, true);
  }
  return { contract, problems };
}

/** How an export differs from what is expected; `''` if it does not. */
function mismatch(item: ExportedItem, expected: AbiSignature): string {
  if (item.kind !== 'function') return `it is a ${item.kind}, not a function`;
  return compareSignatures(item.type as Signature, expected) ?? '';
}

/**
 * Compares a function's type with what it should be.
 *
 * @returns What is wrong, to stand after the function's name; undefined if nothing is.
 */
export function compareSignatures(actual: Signature, expected: Signature): string | undefined {
  const isSame = (one: readonly string[], other: readonly string[]): boolean =>
    one.length === other.length && one.every((type, index) => type === other[index]);
  if (isSame(actual.params, expected.params) && isSame(actual.results, expected.results)) {
    return undefined;
  }
  return `its type is ${signatureText(actual)}, expected ${signatureText(expected)}`;
}

/** Types in a list beyond this are only counted: a module may have a type of a million parameters, and name it often. */
const SHOWN_TYPES = 16;

/**
 * Writes a function's type the way people read it; of long lists the beginning, and how many there are.
 *
 * @example
 * ```ts
 * import { signatureText } from '@testbench/types';
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
