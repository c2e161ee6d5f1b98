import { AssertionError } from 'node:assert';

import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

import type { TestCall } from './create-test-host.js';

/** The maximum usage of a call. */
export interface UsageBudget {
  /** Instructions, in fuel units: the same on every machine. */
  readonly maxFuel?: number;
  /** Linear memory, in bytes. */
  readonly maxMemoryBytes?: number;
}

const BUDGET: OptionReaders<UsageBudget> = { maxFuel: readMost, maxMemoryBytes: readMost };

function readMost(node: ConfigNode): number {
  return node.value === Infinity ? Infinity : node.number(0, Number.MAX_VALUE);
}

/**
 * Asserts that a call stayed within a budget, so that a change that makes a plugin slower or larger fails a test.
 *
 * @throws {AssertionError} Naming what was exceeded, with `actual` and `expected`.
 * @throws {ConfigError} For an unknown key or a wrong value in the budget.
 *
 * @example
 * ```ts no-run
 * import { assertUsage, createTestHost } from '@testbench/sdk';
 *
 * await using host = await createTestHost('build/exact-match.wasm');
 * assertUsage(await host.call({ output: 'a', expected: 'a' }), { maxFuel: 20_000 });
 * ```
 */
export function assertUsage({ metadata }: TestCall, budget: UsageBudget): void {
  const { maxFuel = Infinity, maxMemoryBytes = Infinity } = readOptions<UsageBudget>(
    budget,
    BUDGET,
    'budget',
  );
  requireAtMost('fuel', metadata.fuelUsed, maxFuel);
  requireAtMost('bytes of memory', metadata.memoryUsedBytes, maxMemoryBytes);
}

function requireAtMost(what: string, actual: number, expected: number): void {
  if (actual <= expected) return;
  throw new AssertionError({
    message: `the call took ${actual} ${what}, its budget is ${expected}`,
    actual,
    expected,
    operator: '<=',
  });
}
