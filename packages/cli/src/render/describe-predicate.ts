import { namePredicate, PREDICATES } from '@testbench/trust';
import { truncateText } from '@testbench/types';

import { kindOfType } from '../attest/predicate-kinds.js';

/** Maximum length of a text from a statement. */
const SHOWN_CHARACTERS = 120;

/**
 * The content of a statement in one line: the essentials of test results, bills of materials and build provenance; only the kind of others.
 *
 * @param predicate JSON of any shape: the signer controls it, so no field can be assumed.
 */
export function describePredicate(predicateType: string, predicate: unknown): string {
  const name = truncateText(namePredicate(predicateType), SHOWN_CHARACTERS);
  const details = detailsOf(predicateType, predicate);
  return details === undefined ? name : `${name}: ${details}`;
}

function detailsOf(predicateType: string, predicate: unknown): string | undefined {
  if (predicateType === PREDICATES.testResult) return describeTestResult(predicate);
  switch (kindOfType(predicateType)?.name) {
    case 'cyclonedx':
      return join(text(predicate, 'specVersion'), counted(predicate, 'components', 'component'));
    case 'spdx':
      return join(text(predicate, 'spdxVersion'), counted(predicate, 'packages', 'package'));
    case 'slsa':
      return describeBuild(predicate);
    default:
      return undefined;
  }
}

function describeTestResult(predicate: unknown): string {
  const { result, golden, sum } = testsOf(predicate);
  const fuel = Math.max(0, ...golden.map((file) => number(file, 'maxFuel') ?? 0));
  const conformance = at(predicate, 'conformance');
  const [passed = 0, failed = 0] = [number(conformance, 'passed'), number(conformance, 'failed')];
  return [
    result,
    golden.length === 0
      ? 'no golden files'
      : `${sum('passed')} of ${sum('cases')} golden lines, ${fuel} fuel a call at most`,
    `${passed} of ${passed + failed} checks`,
    `testbench ${text(at(predicate, 'versions'), 'testbench') ?? 'of no known version'}`,
  ].join(', ');
}

/** How tests ended, as a table shows it: `passed 12 of 12`. */
export function describeTests(predicate: unknown): string {
  const { result, golden, sum } = testsOf(predicate);
  return golden.length === 0 ? result : `${result} ${sum('passed')} of ${sum('cases')}`;
}

/** Only what is explicitly marked as passed has passed. */
function testsOf(predicate: unknown): {
  readonly result: 'passed' | 'FAILED';
  readonly golden: readonly unknown[];
  readonly sum: (field: string) => number;
} {
  const golden = list(predicate, 'golden');
  return {
    result: text(predicate, 'result') === 'passed' ? 'passed' : 'FAILED',
    golden,
    sum: (field) => golden.reduce<number>((total, file) => total + (number(file, field) ?? 0), 0),
  };
}

/** Versions 0.2 and 1 of SLSA. */
function describeBuild(predicate: unknown): string | undefined {
  const definition = at(predicate, 'buildDefinition');
  const builder =
    text(at(predicate, 'runDetails', 'builder'), 'id') ?? text(at(predicate, 'builder'), 'id');
  const type = text(definition, 'buildType') ?? text(predicate, 'buildType');
  const [source] = [...list(definition, 'resolvedDependencies'), ...list(predicate, 'materials')];
  const uri = text(source, 'uri');
  return join(
    builder === undefined ? undefined : `built by ${builder}`,
    uri === undefined ? undefined : `from ${uri}`,
    type === undefined ? undefined : `as ${type}`,
  );
}

function join(...parts: readonly (string | undefined)[]): string | undefined {
  const there = parts.filter((part) => part !== undefined);
  return there.length === 0 ? undefined : there.join(', ');
}

function counted(value: unknown, field: string, what: string): string {
  const { length } = list(value, field);
  return `${length} ${what}${length === 1 ? '' : 's'}`;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) {
      return undefined;
    }
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

function text(value: unknown, key: string): string | undefined {
  const found = at(value, key);
  return typeof found === 'string' ? truncateText(found, SHOWN_CHARACTERS) : undefined;
}

function number(value: unknown, key: string): number | undefined {
  const found = at(value, key);
  return typeof found === 'number' ? found : undefined;
}

function list(value: unknown, key: string): readonly unknown[] {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
}
