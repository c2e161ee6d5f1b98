import { truncateText } from '@testbench/types';
import { type FunctionSignature, compareSignatures, signatureText } from '@testbench/types/abi';
import { nearestKey } from '@testbench/types/config';
import type { AdmissionViolation } from '@testbench/types/errors';
import type { ImportSummary, ModuleSummary } from '@testbench/wasm';

/** Characters of a name shown in a message: a name may be megabytes long. */
const SHOWN_CHARACTERS = 200;

/** What a module may import: module name, function name, exact type, or any type of numbers. */
export type AllowedImports = Readonly<
  Record<string, Readonly<Record<string, FunctionSignature | 'any'>>>
>;

/** Types that an engine passes to JavaScript as numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['i32', 'i64', 'f32', 'f64']);

/**
 * Rejects every import that is not on the list with exactly that type.
 *
 * A plain object of imports would resolve `constructor.constructor` to `Function`: only own keys count.
 */
export function checkImports(
  summary: ModuleSummary,
  allowed: AllowedImports,
): AdmissionViolation[] {
  return summary.imports.flatMap((item) => {
    const state = problemOf(item, allowed);
    if (state === undefined) return [];
    const name = JSON.stringify(truncateText(`${item.module}.${item.name}`, SHOWN_CHARACTERS));
    return [{ rule: 'import', offset: item.offset, message: `import ${name}: ${state}` }];
  });
}

function problemOf(item: ImportSummary, allowed: AllowedImports): string | undefined {
  const functions = Object.hasOwn(allowed, item.module) ? allowed[item.module]! : undefined;
  if (functions === undefined) {
    if (item.module.startsWith('wasi')) return 'WASI is off; enable it for this plugin';
    const modules = Object.keys(allowed).map((name) => `"${name}"`);
    if (modules.length === 0) return 'nothing may be imported';
    return `the host has no module of that name, only ${modules.join(', ')}`;
  }
  if (item.kind !== 'function') return `it is a ${item.kind}, and only functions may be imported`;
  const expected = Object.hasOwn(functions, item.name) ? functions[item.name]! : undefined;
  if (expected === undefined) {
    const near = nearestKey(item.name, Object.keys(functions));
    return `the host has no such function${near === undefined ? '' : `, did you mean "${near}"?`}`;
  }
  if (expected !== 'any') return compareSignatures(item.type, expected);
  const { params, results } = item.type;
  return params.every((type) => NUMBERS.has(type)) &&
    results.length <= 1 &&
    results.every((type) => NUMBERS.has(type))
    ? undefined
    : `its type is ${signatureText(item.type)}, expected numbers and at most one result`;
}
