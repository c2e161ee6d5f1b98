import { REWRITE_VERSION } from '@testbench/bench/attest';
import type { AuthorTestReport } from '@testbench/sdk';
import { API_VERSION } from '@testbench/types/abi';
import { truncateText } from '@testbench/types';

import { readVersion } from '../read-version.js';

/** Maximum number of failed lines and checks named in a statement; the others are counted. */
const NAMED_FAILURES = 50;
const DETAIL_CHARACTERS = 500;

/** The claim about a plugin's tests: the predicate of `urn:testbench:test-result:1`. */
export interface TestResultPredicate extends Record<string, unknown> {
  readonly result: 'passed' | 'failed';
  /** Digest of the module. */
  readonly module: string;
  readonly conformance: {
    readonly passed: number;
    readonly warnings: number;
    readonly failed: number;
    readonly skipped: number;
    readonly failures: readonly { readonly check: string; readonly detail: string }[];
  };
  readonly golden: readonly {
    /** Name of the file, without its folder. */
    readonly name: string;
    readonly digest: string;
    readonly cases: number;
    readonly passed: number;
    /** Lines whose output differed; their content is not repeated. */
    readonly failures: readonly { readonly line: number; readonly gave: string }[];
    /** Fuel units of the most expensive call. */
    readonly maxFuel: number;
  }[];
  /** Digest of the configuration, as JSON. */
  readonly config: string;
  readonly tolerance: number;
  readonly versions: {
    readonly testbench: string;
    readonly contract: string;
    readonly rewrite: number;
  };
}

/** States what tests showed, for signing. It is derived from the report alone, and a failure remains a failure. */
export async function describeTests(
  { passed, findings, golden, config, tolerance }: AuthorTestReport,
  module: string,
): Promise<TestResultPredicate> {
  const count = (wanted: string): number =>
    findings.filter(({ status }) => status === wanted).length;
  const failures = findings
    .filter(({ status }) => status === 'failed')
    .slice(0, NAMED_FAILURES)
    .map(({ check, detail }) => ({ check, detail: truncateText(detail, DETAIL_CHARACTERS) }));
  return {
    result: passed ? 'passed' : 'failed',
    module,
    conformance: {
      passed: count('ok'),
      warnings: count('warning'),
      failed: count('failed'),
      skipped: count('skipped'),
      failures,
    },
    golden: golden.map(({ failures: lines, ...file }) => ({
      ...file,
      failures: lines.slice(0, NAMED_FAILURES).map(({ line, actual }) => ({
        line,
        gave: 'error' in actual ? actual.error : 'another output',
      })),
    })),
    config,
    tolerance,
    versions: {
      testbench: await readVersion(),
      contract: API_VERSION,
      rewrite: REWRITE_VERSION,
    },
  };
}
