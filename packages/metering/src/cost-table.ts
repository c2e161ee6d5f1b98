import { ConfigNode, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import { Opcode } from './operators.js';

/**
 * Prices in fuel units, all whole numbers. Modules metered with different tables count differently: the table is part of
 * every cache key.
 */
export interface CostTable {
  /** Price of an operator without its own price. @default 1 */
  readonly operator: number;
  /**
   * Prices of individual operators by opcode: one byte, or `prefix * 0x1000 + sub-opcode` as in `Opcode` of
   * `@testbench/wasm`. `block`, `loop`, `try`, `nop`, `drop`, `return` and `unreachable` are free unless they are listed here;
   * `else`, `end`, `catch`, `catch_all` and `delegate` are always free. @default 64 for `throw`, `rethrow`, `throw_ref` and `memory.grow`, 32 for `table.set` and `table.grow`
   */
  readonly operators: Readonly<Record<number, number>>;
  /** Bytes of `memory.fill`, `memory.copy` and `memory.init` per unit, as a power of two. @default 3 */
  readonly memoryBytesLog2: number;
  /** Units per element of `table.fill`, `table.copy`, `table.init` and `table.grow`. @default 32 */
  readonly tableElement: number;
  /** Units per page of a `memory.grow` that succeeds. @default 1024 */
  readonly memoryPage: number;
  /** Units per element of array operators with a length. @default 1 */
  readonly arrayElement: number;
}

/** Prices that apply where a table has none. */
export const DEFAULT_COSTS: CostTable = {
  operator: 1,
  operators: {
    // Measured: 0.5 microseconds. At one unit each, a flood of exceptions would run for 40 ms between two polls.
    [Opcode.Throw]: 64,
    [Opcode.Rethrow]: 64,
    [Opcode.ThrowRef]: 64,
    // Up to 0.4 microseconds if the function is an import.
    [Opcode.TableSet]: 32,
    // Growth by 0, or refused: 0.05 to 0.2 microseconds, and more if JavaScript has seen the memory.
    [Opcode.MemoryGrow]: 64,
    [Opcode.TableGrow]: 32,
  },
  // V8 fills 14 bytes per nanosecond, and runs two to four operators in that time.
  memoryBytesLog2: 3,
  // Measured: about 60 ns per element.
  tableElement: 32,
  memoryPage: 1024,
  arrayElement: 1,
};

const FREE: readonly number[] = [
  Opcode.Unreachable,
  Opcode.Nop,
  Opcode.Block,
  Opcode.Loop,
  Opcode.Try,
  Opcode.TryTable,
  Opcode.Return,
  Opcode.Drop,
];

/** Operators where paths meet: a price would depend on the path. */
const ALWAYS_FREE: readonly number[] = [
  Opcode.Else,
  Opcode.Catch,
  Opcode.CatchAll,
  Opcode.Delegate,
  Opcode.End,
];

const REPEATING: readonly number[] = [
  Opcode.Br,
  Opcode.BrIf,
  Opcode.BrTable,
  Opcode.Call,
  Opcode.CallIndirect,
  Opcode.ReturnCall,
  Opcode.ReturnCallIndirect,
  Opcode.CallRef,
  Opcode.ReturnCallRef,
  Opcode.BrOnNull,
  Opcode.BrOnNonNull,
  Opcode.BrOnCast,
  Opcode.BrOnCastFail,
];

/** The highest price: with it a body of the largest size still costs less than an i64 can hold. */
const MAX_COST = 1_000_000;

const readCost = (node: ConfigNode): number => node.wholeNumber(0, MAX_COST);

/** @throws {ConfigError} */
export function readCosts({ value, path }: ConfigNode): Partial<CostTable> {
  return readOptions<Partial<CostTable>>(
    value,
    {
      operator: readCost,
      operators: readOperators,
      memoryBytesLog2: (node) => node.wholeNumber(0, 16),
      tableElement: readCost,
      memoryPage: readCost,
      arrayElement: readCost,
    },
    path,
  );
}

function readOperators(node: ConfigNode): CostTable['operators'] {
  const operators: Record<number, number> = {};
  for (const [key, cost] of Object.entries(node.object())) {
    const opcode = Number(key);
    const place = new ConfigNode(cost, `${node.path}.${key}`);
    if (String(opcode) !== key || !Number.isSafeInteger(opcode) || opcode < 0) {
      new ConfigNode(key, `${node.path}.${key}`).reject('the number of an opcode');
    }
    operators[opcode] = readCost(place);
  }
  return operators;
}

/**
 * Fills the gaps of a table.
 *
 * @throws {ConfigError} `CONFIG_INVALID` if a branch or a call is free.
 */
export function completeCosts(costs: Partial<CostTable> = {}): CostTable {
  const table = { ...DEFAULT_COSTS, ...costs };
  // Every loop and every cycle of calls contains one of these: without a price nothing would ever stop it.
  const unpaid = REPEATING.find((opcode) => (table.operators[opcode] ?? table.operator) === 0);
  if (unpaid !== undefined) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `costs.operators.${unpaid}`,
      `Cannot read "costs.operators.${unpaid}": branches and calls must not be free`,
    );
  }
  return table;
}

/** Prices of all operators, for fast look-up. */
export class OperatorCosts {
  /** Prices of one-byte operators. */
  readonly plain = new Int32Array(256);
  readonly #prefixed: ReadonlyMap<number, number>;
  readonly #table: CostTable;

  constructor(table: CostTable) {
    this.#table = table;
    this.plain.fill(table.operator);
    for (const opcode of FREE) this.plain[opcode] = 0;
    const own = Object.entries(table.operators).map(
      ([opcode, cost]) => [Number(opcode), cost] as const,
    );
    for (const [opcode, cost] of own) if (opcode < 256) this.plain[opcode] = cost;
    for (const opcode of ALWAYS_FREE) this.plain[opcode] = 0;
    this.#prefixed = new Map(own);
  }

  /** Price of a prefixed operator. */
  ofPrefixed(opcode: number): number {
    return this.#prefixed.get(opcode) ?? this.#table.operator;
  }
}
