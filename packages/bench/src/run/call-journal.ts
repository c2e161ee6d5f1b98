import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import type { BudgetAccount, Spending } from '../calls/budget.js';
import { MAX_JOURNAL_BYTES } from '../results/limits.js';
import { guardWriting, unwritable } from '../results/store/guard-files.js';
import { GUARDED_FLAGS, irregular, readRegularSync } from '../results/store/open-regular.js';

const JOURNAL_FILE = 'calls.log';
/** Of a key's 64 digits; two of a billion calls share these by a chance of 3 %, and then one call too few is told. */
const KEY_DIGITS = 16;

/** What is noted of one paid call. */
export interface CallNote {
  /**
   * An attempt begins, that can cost at most so much.
   *
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`: this or an earlier line cannot be written. Nothing is paid for that is not noted.
   */
  begin(most: Spending): void;
  /** It has ended, and is charged. */
  spend(spent: Spending): void;
  /** The call has ended, whatever became of it. */
  end(): void;
}

/** For a run that keeps no journal. */
export const NO_NOTE: CallNote = { begin() {}, spend() {}, end() {} };

/** What is known of the paid calls of earlier processes. */
export interface JournalReport {
  /** Calls that had started, with unknown outcome. */
  readonly interrupted: number;
  /** What was charged, and the most that the interrupted ones can have cost: their server may have billed them. */
  readonly spent: Readonly<Record<BudgetAccount, Spending>>;
}

/**
 * Records which paid calls are in flight and what finished ones cost, so that a run continued after its process was killed knows
 * how many it may pay for again.
 *
 * A line before each attempt and one behind it, of some 30 bytes each; they reach the system at once, and outlive the process.
 */
export class CallJournal {
  readonly report: JournalReport;
  readonly #path: string;
  readonly #file: number;
  #failure: unknown;
  #hasNoted = false;

  private constructor(path: string, report: JournalReport, file: number) {
    this.#path = path;
    this.report = report;
    this.#file = file;
  }

  /**
   * @param folder Of the run, whose lock the caller has.
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`; `BENCH_RUN_DAMAGED` if the journal is not a regular file; `BENCH_RUN_UNREADABLE`.
   */
  static async open(folder: string): Promise<CallJournal> {
    const path = join(folder, JOURNAL_FILE);
    return await guardWriting(path, async () => {
      const report = readJournal(path);
      const file = openJournal(path);
      const { model, judge } = report.spent;
      writeSync(
        file,
        `=model ${model.tokens} ${model.money}\n=judge ${judge.tokens} ${judge.money}\n`,
      );
      return new CallJournal(path, report, file);
    });
  }

  /** True if an attempt has begun in this process. */
  get hasNoted(): boolean {
    return this.#hasNoted;
  }

  /** Begins the note of a call; nothing is written before its first attempt. */
  note(key: string, account: BudgetAccount): CallNote {
    const name = key.slice(0, KEY_DIGITS);
    const write = (text: string): unknown => {
      this.#hasNoted = true;
      return this.#write(text);
    };
    let hasBegun = false;
    return {
      begin({ tokens, money }) {
        hasBegun = true;
        const failure = write(`+${name} ${account} ${tokens} ${money}\n`);
        if (failure !== undefined) throw failure;
      },
      spend({ tokens, money }) {
        // In one piece, so that an attempt is not counted twice, or not at all.
        if (hasBegun) write(`~${name}\n=${account} ${tokens} ${money}\n`);
      },
      end() {
        if (hasBegun) write(`-${name}\n`);
      },
    };
  }

  /**
   * A received answer is kept even if this cannot be recorded: the next attempt reports the failure. Nothing is written behind a
   * line that is not whole, so that the call of that line counts as under way.
   *
   * @returns Why this or an earlier line could not be written; undefined if all were.
   */
  #write(text: string): unknown {
    try {
      if (this.#failure !== undefined) return this.#failure;
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done);
    } catch (cause) {
      this.#failure = unwritable(this.#path, cause);
    }
    return this.#failure;
  }

  /** @param isDone True if no call is left that a later process should know of. */
  close(isDone: boolean): void {
    closeSync(this.#file);
    if (isDone) rmSync(this.#path, { force: true });
  }
}

function readJournal(path: string): JournalReport {
  /** Calls that were not ended, and the most that the attempt under way can have cost. */
  const open = new Map<string, string>();
  const spent = { model: { tokens: 0, money: 0 }, judge: { tokens: 0, money: 0 } };
  const charge = (cost: string): void => {
    const [account, tokens, money] = cost.split(' ');
    if (account !== 'model' && account !== 'judge') return;
    spent[account].tokens += Number(tokens) || 0;
    spent[account].money += Number(money) || 0;
  };
  for (const line of readLines(path)) {
    const rest = line.slice(1);
    const key = rest.slice(0, KEY_DIGITS);
    if (line.startsWith('+')) open.set(key, rest.slice(KEY_DIGITS + 1));
    else if (line.startsWith('~')) open.set(key, '');
    else if (line.startsWith('-')) open.delete(key);
    else if (line.startsWith('=')) charge(rest);
  }
  for (const most of open.values()) charge(most);
  return { interrupted: open.size, spent };
}

function readLines(path: string): string[] {
  return readRegularSync(path, MAX_JOURNAL_BYTES)?.toString('latin1').split('\n') ?? [];
}

const WRITING = constants.O_WRONLY | constants.O_CREAT | GUARDED_FLAGS;

/** Nothing is cut off before it is known to be a file of the run itself: it was not a link when it was read. */
function openJournal(path: string): number {
  const file = openSync(path, WRITING, 0o600);
  try {
    // A hard link could be another file.
    const found = fstatSync(file);
    if (!found.isFile() || found.nlink > 1) throw irregular(path);
    ftruncateSync(file);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}
