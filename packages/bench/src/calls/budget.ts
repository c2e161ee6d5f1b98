import { onAbort } from '@testbench/types';
import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

import type { BudgetsConfig, SpendingConfig } from '../config/benchmark-config.js';
import { BenchError } from '../errors.js';
import { cancelled } from '../run/call-failure.js';
import { type CallClock, SYSTEM_CLOCK } from './clock.js';

/** Who spends: the models that are tested, or those that judge. They are counted separately. */
export type BudgetAccount = 'model' | 'judge';

/** Tokens and money. */
export interface Spending {
  /** Tokens of prompts and answers. */
  readonly tokens: number;
  /** In the currency of the prices. */
  readonly money: number;
}

/** The options of a {@link Budget}. */
export interface BudgetOptions extends BudgetsConfig {
  /** Spending of earlier parts of the run, when it is resumed. @default nothing */
  readonly spent?: Readonly<Partial<Record<BudgetAccount, Spending>>>;
  /** @default the system's clock */
  readonly clock?: CallClock;
}

/** Money is counted in whole billionths: sums of fractions would drift past a limit. */
const UNITS = 1_000_000_000;
/** The largest sum that is exact in these units. */
const MAX_MONEY = 9_000_000;

const LIMITS: OptionReaders<SpendingConfig> = {
  tokens: (node) => node.wholeNumber(0),
  money: (node) => node.number(0, MAX_MONEY),
};

const readSpending = (node: ConfigNode): Spending =>
  readOptions<Spending>(
    node.value,
    { tokens: (tokens) => tokens.wholeNumber(0), money: (money) => money.number(0, MAX_MONEY) },
    node.path,
    ['tokens', 'money'],
  );

const OPTIONS: OptionReaders<BudgetOptions> = {
  ...LIMITS,
  timeMs: (node) => node.wholeNumber(1),
  judge: (node) => readOptions<SpendingConfig>(node.value, LIMITS, node.path),
  spent: (node) =>
    readOptions<NonNullable<BudgetOptions['spent']>>(
      node.value,
      { model: readSpending, judge: readSpending },
      node.path,
    ),
  clock: (node) => node.implementation<CallClock>('now', 'after'),
};

/** The reservation of a call. It must be settled, regardless of the outcome. */
export interface Reservation {
  /**
   * Charges what the call used instead of the reservation, and releases the rest. A second call does nothing.
   *
   * @param used Undefined if unknown, for example after a call that was cut off: then all of it is charged, since the server may bill it.
   */
  settle(used: Spending | undefined): void;
}

/** One limit and the spending that counts towards it, in whole units. */
class Ledger {
  spent = 0;
  reserved = 0;

  constructor(
    readonly what: string,
    readonly field: keyof Spending,
    readonly cap: number,
  ) {}

  get free(): number {
    return this.cap - this.spent - this.reserved;
  }
}

interface Waiter {
  readonly account: BudgetAccount;
  readonly need: Spending;
  readonly give: (reservation: Reservation) => void;
  readonly refuse: (error: BenchError) => void;
}

/**
 * What a run may spend: its limits apply to models and judges together; those of `judge` apply to the judges in addition. Before it is made, a call sets aside the most that it can cost, so that concurrent calls cannot spend
 * more than there is in total; it settles afterwards.
 *
 * A call waits, in order of arrival, if too little is left only because other calls have set it aside. If too much has already been
 * spent, it fails with `BENCH_BUDGET_SPENT`; smaller calls may still continue.
 *
 * @example
 * ```ts
 * import { Budget } from '@testbench/bench/calls';
 *
 * const budget = new Budget({ money: 1 });
 * const reservation = await budget.reserve('model', { tokens: 2000, money: 0.02 });
 * reservation.settle({ tokens: 300, money: 0.003 });
 * budget.spent.model; // => { tokens: 300, money: 0.003 }
 * ```
 */
export class Budget {
  readonly #ledgers: Readonly<Record<BudgetAccount, readonly Ledger[]>>;
  readonly #spent = { model: { tokens: 0, units: 0 }, judge: { tokens: 0, units: 0 } };
  readonly #clock: CallClock;
  readonly #endsAt: number;
  readonly #timeMs: number | undefined;
  readonly #waiters: Waiter[] = [];
  /** True if money is limited, so that every model needs a price. */
  readonly limitsMoney: boolean;
  /** True if tokens are limited, so that every call needs a maximum number of them. */
  readonly limitsTokens: boolean;

  /** @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`. */
  constructor(given?: BudgetOptions) {
    const options = readOptions<BudgetOptions>(given, OPTIONS);
    const shared = ledgersOf('the run', options);
    const judge = ledgersOf('the judges', options.judge);
    this.#ledgers = { model: shared, judge: [...judge, ...shared] };
    const all = [...shared, ...judge];
    this.limitsMoney = all.some(({ field }) => field === 'money');
    this.limitsTokens = all.some(({ field }) => field === 'tokens');
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#timeMs = options.timeMs;
    this.#endsAt = this.#clock.now() + (options.timeMs ?? Number.POSITIVE_INFINITY);
    for (const account of ['model', 'judge'] as const) {
      const spent = options.spent?.[account];
      if (spent !== undefined) this.#charge(account, spent);
    }
  }

  /** What has been charged so far, separately for models and judges. Reservations do not count. */
  get spent(): Readonly<Record<BudgetAccount, Spending>> {
    const { model, judge } = this.#spent;
    return {
      model: { tokens: model.tokens, money: model.units / UNITS },
      judge: { tokens: judge.tokens, money: judge.units / UNITS },
    };
  }

  /**
   * Sets aside the most that a call can cost; waits while that depends on the usage of running calls.
   *
   * @throws {BenchError} `BENCH_BUDGET_SPENT` if not enough is left, or the time is over; `BENCH_CANCELLED`.
   */
  async reserve(
    account: BudgetAccount,
    greatest: Spending,
    signal?: AbortSignal,
  ): Promise<Reservation> {
    if (signal?.aborted === true) throw cancelled();
    return await new Promise<Reservation>((resolve, reject) => {
      const waiter: Waiter = {
        account,
        need: greatest,
        give(reservation) {
          endWatch();
          resolve(reservation);
        },
        refuse(error) {
          endWatch();
          reject(error);
        },
      };
      const endWatch = onAbort(signal, () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(cancelled());
        this.#serve();
      });
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  /** Charges usage that had no reservation. */
  #charge(account: BudgetAccount, used: Spending): void {
    const units = { tokens: used.tokens, money: toUnits(used.money) };
    this.#spent[account].tokens += units.tokens;
    this.#spent[account].units += units.money;
    for (const ledger of this.#ledgers[account]) ledger.spent += units[ledger.field];
  }

  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      const { account, need } = waiter;
      const error = this.#refusal(account, need);
      if (error === undefined && !this.#fits(account, need)) return;
      this.#waiters.shift();
      if (error === undefined) waiter.give(this.#setAside(account, need));
      else waiter.refuse(error);
    }
  }

  #fits(account: BudgetAccount, need: Spending): boolean {
    return this.#ledgers[account].every((ledger) => unitsOf(need, ledger) <= ledger.free);
  }

  /** @returns An error if the need can no longer be met, even if running calls release their reservations. */
  #refusal(account: BudgetAccount, need: Spending): BenchError | undefined {
    if (this.#clock.now() >= this.#endsAt) {
      return spentError(
        `the time of the run, ${this.#timeMs} ms, is over; run again, and it goes on`,
      );
    }
    const short = this.#ledgers[account].find(
      (ledger) => unitsOf(need, ledger) > ledger.cap - ledger.spent,
    );
    if (short === undefined) return undefined;
    const shown = (units: number): string =>
      String(short.field === 'money' ? units / UNITS : units);
    const left = shown(Math.max(0, short.cap - short.spent));
    return spentError(
      `${short.what} may use ${shown(short.cap)} in ${short.field}, ${left} is left, and the call may need ${shown(unitsOf(need, short))}; raise it in "budgets" and run again: answers that came are kept`,
    );
  }

  #setAside(account: BudgetAccount, need: Spending): Reservation {
    const ledgers = this.#ledgers[account];
    for (const ledger of ledgers) ledger.reserved += unitsOf(need, ledger);
    let isSettled = false;
    return {
      settle: (used) => {
        if (isSettled) return;
        isSettled = true;
        for (const ledger of ledgers) ledger.reserved -= unitsOf(need, ledger);
        this.#charge(account, used ?? need);
        this.#serve();
      },
    };
  }
}

function ledgersOf(who: string, limits: SpendingConfig | undefined): Ledger[] {
  const ledgers: Ledger[] = [];
  if (limits?.tokens !== undefined) ledgers.push(new Ledger(who, 'tokens', limits.tokens));
  if (limits?.money !== undefined) {
    // Limits are rounded down and spending up: never a billionth too much.
    ledgers.push(new Ledger(who, 'money', Math.floor(exact(limits.money * UNITS))));
  }
  return ledgers;
}

function toUnits(money: number): number {
  return Math.ceil(exact(money * UNITS));
}

/** A product of decimals may differ slightly from the whole number that it represents. */
function exact(product: number): number {
  return Number(product.toPrecision(15));
}

function unitsOf(spending: Spending, ledger: Ledger): number {
  return ledger.field === 'money' ? toUnits(spending.money) : spending.tokens;
}

function spentError(state: string): BenchError {
  return new BenchError('BENCH_BUDGET_SPENT', `Cannot make a paid call: ${state}`);
}
