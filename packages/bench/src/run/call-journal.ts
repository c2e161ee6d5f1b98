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
/** Digits kept of a key's 64. Among a billion calls, two share these digits with a probability of 3 %; then one call too few is reported. */
const KEY_DIGITS = 16;

/** The journal entry of one paid call. */
export interface CallNote {
  /**
   * Notes that an attempt begins, and its maximum cost.
   *
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`: this or an earlier line cannot be written. Nothing is paid for without a note.
   */
  begin(most: Spending): void;
  /** Notes that the attempt has ended, and what was charged. */
  spend(spent: Spending): void;
  /** Notes that the call has ended, with or without success. */
  end(): void;
}

/** For a run that keeps no journal. */
export const NO_NOTE: CallNote = { begin() {}, spend() {}, end() {} };

/** What is known about the paid calls of earlier processes. */
export interface JournalReport {
  /** Calls that had started, with unknown outcome. */
  readonly interrupted: number;
  /** The charges, including the maximum cost of interrupted calls: their server may have billed them. */
  readonly spent: Readonly<Record<BudgetAccount, Spending>>;
}

/**
 * Records which paid calls are in flight and what finished ones cost, so that a run continued after its process was killed knows
 * how many it may pay for again.
 *
 * Writes a line before each attempt and one after it, of some 30 bytes each; they reach the operating system at once and outlive the process.
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
   * @param folder Folder of the run, whose lock the caller holds.
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

  /** Opens the note of a call; nothing is written before its first attempt. */
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
        // In one write, so that an attempt is counted exactly once.
        if (hasBegun) write(`~${name}\n=${account} ${tokens} ${money}\n`);
      },
      end() {
        if (hasBegun) write(`-${name}\n`);
      },
    };
  }

  /**
   * A received answer is kept even if this cannot be recorded: the next attempt reports the failure. Nothing is written after an
   * incomplete line, so that the call of that line counts as in flight.
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

  /** @param isDone True if no call is left that a later process needs to know about. */
  close(isDone: boolean): void {
    closeSync(this.#file);
    if (isDone) rmSync(this.#path, { force: true });
  }
}

function readJournal(path: string): JournalReport {
  /** Calls that have not ended, and the maximum cost of the attempt in flight. */
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

/** Truncates the file only after checking that it belongs to the run: it was not a link when it was read. */
function openJournal(path: string): number {
  const file = openSync(path, WRITING, 0o600);
  try {
    // A hard link could share the content of another file.
    const found = fstatSync(file);
    if (!found.isFile() || found.nlink > 1) throw irregular(path);
    ftruncateSync(file);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}
