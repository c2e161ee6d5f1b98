import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import type { BudgetAccount, Spending } from '../calls/budget.js';
import { guardWriting } from '../results/store/guard-files.js';

const JOURNAL_FILE = 'calls.log';
/** Of a key's 64 digits; two of a billion calls share these by a chance of 3 %, and then one call too few is told. */
const KEY_DIGITS = 16;

/** What is known of the paid calls of earlier processes. */
export interface JournalReport {
  /** Calls that had begun, and of which nobody knows whether they were answered. */
  readonly interrupted: number;
  readonly spent: Readonly<Record<BudgetAccount, Spending>>;
}

/**
 * Notes which paid calls are under way, and what those that ended have cost, so that a run that goes on after its process was killed knows
 * how many it may pay for again.
 *
 * A line of 20 bytes before a call, and one behind it; they reach the system at once, and outlive the process.
 */
export class CallJournal {
  readonly report: JournalReport;
  readonly #path: string;
  readonly #file: number;

  private constructor(path: string, report: JournalReport, file: number) {
    this.#path = path;
    this.report = report;
    this.#file = file;
  }

  /**
   * @param folder Of the run, whose lock the caller has.
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`.
   */
  static async open(folder: string): Promise<CallJournal> {
    const path = join(folder, JOURNAL_FILE);
    return await guardWriting(path, async () => {
      const report = readJournal(path);
      const file = openSync(path, 'w', 0o600);
      const { model, judge } = report.spent;
      writeSync(
        file,
        `=model ${model.tokens} ${model.money}\n=judge ${judge.tokens} ${judge.money}\n`,
      );
      return new CallJournal(path, report, file);
    });
  }

  begin(key: string): void {
    writeSync(this.#file, `+${key.slice(0, KEY_DIGITS)}\n`);
  }

  /** @param spent What an answer has cost; nothing of a call that failed. */
  end(key: string, account: BudgetAccount, spent: Spending): void {
    writeSync(
      this.#file,
      `-${key.slice(0, KEY_DIGITS)}\n=${account} ${spent.tokens} ${spent.money}\n`,
    );
  }

  /** @param isDone True if no call is left that a later process should know of. */
  close(isDone: boolean): void {
    closeSync(this.#file);
    if (isDone) rmSync(this.#path, { force: true });
  }
}

function readJournal(path: string): JournalReport {
  const open = new Set<string>();
  const spent = { model: { tokens: 0, money: 0 }, judge: { tokens: 0, money: 0 } };
  for (const line of readLines(path)) {
    const rest = line.slice(1);
    if (line.startsWith('+')) open.add(rest);
    else if (line.startsWith('-')) open.delete(rest);
    else if (line.startsWith('=')) {
      const [account, tokens, money] = rest.split(' ');
      if (account !== 'model' && account !== 'judge') continue;
      spent[account].tokens += Number(tokens) || 0;
      spent[account].money += Number(money) || 0;
    }
  }
  return { interrupted: open.size, spent };
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
