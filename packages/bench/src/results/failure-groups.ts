import { describePlace } from '@testbench/types/errors';

import { withoutUndefined } from '../config/without-undefined.js';
import type { CallFailure, CaseName, ResultRow } from './result-row.js';

/** Failures with the same cause. */
export interface FailureGroup {
  /** `provider`, `transforms[0]`, `filters[0]`, or the evaluator's name. */
  readonly stage: string;
  readonly code: string;
  /** The message without the parts that differ from call to call, such as numbers and request names: untrusted text. */
  readonly cause: string;
  /** Location in the plugin's source, such as `metric.ts:12:5 in score`, if known: untrusted text. */
  readonly place?: string;
  readonly count: number;
  /** True if all of them may work later. */
  readonly retryable: boolean;
  /** HTTP status of the server, if one answered. */
  readonly status?: number;
  /** What to change, if known. */
  readonly hint?: string;
  /** The first of these cases. */
  readonly first: CaseName & {
    readonly id?: string;
    readonly line?: number;
    readonly message: string;
  };
}

/** Maximum number of separate groups; further ones are merged by stage and code. */
const MAX_GROUPS = 100;
/** Maximum length of a cause: a message may quote a whole answer. */
const MAX_CAUSE_CHARACTERS = 300;

/** Request names, digests, times and the like: eight or more characters, including a digit. */
const NAMES = /[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*/g;

/**
 * A message without the parts that differ from call to call.
 *
 * @example
 * ```ts
 * import { causeOf } from '@testbench/bench/results';
 *
 * causeOf('Rate limit of 500 reached (request req_8fk2m1x0), try again in 1.2 s');
 * // => 'Rate limit of # reached (request …), try again in # s'
 * ```
 */
export function causeOf(message: string): string {
  return message
    .slice(0, 4 * MAX_CAUSE_CHARACTERS)
    .replace(NAMES, (name) => (/^\d+$/.test(name) ? '#' : name.length < 8 ? name : '…'))
    .replace(/#(?:[.,:]#)+/g, '#')
    .slice(0, MAX_CAUSE_CHARACTERS);
}

interface Group extends Omit<FailureGroup, 'count' | 'retryable' | 'hint'> {
  count: number;
  retryable: boolean;
}

/** Says what to change about a failure, if known. */
export type HintFor = (group: Omit<FailureGroup, 'hint'>) => string | undefined;

/** Groups failures by stage, code and cause, in memory that does not grow with their number. */
export class FailureGroups {
  readonly #groups = new Map<string, Group>();

  add(row: ResultRow): void {
    if (row.failure !== undefined) this.#count(row, row.failure.stage, row.failure);
    if (row.errors === undefined) return;
    for (const [name, failure] of Object.entries(row.errors)) this.#count(row, name, failure);
  }

  /** The most frequent first. */
  groups(hintFor: HintFor = () => undefined): FailureGroup[] {
    return [...this.#groups.values()]
      .toSorted((one, other) => other.count - one.count)
      .map((group) => withoutUndefined({ ...group, hint: hintFor(group) }));
  }

  #count(row: ResultRow, stage: string, failure: CallFailure): void {
    const { code, message, status, retryable = false } = failure;
    let cause = causeOf(message);
    let place = describePlace(failure);
    let key = JSON.stringify([stage, code, cause, place]);
    if (!this.#groups.has(key) && this.#groups.size >= MAX_GROUPS) {
      cause = 'other causes';
      place = undefined;
      key = JSON.stringify([stage, code, cause, place]);
    }
    const known = this.#groups.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.retryable &&= retryable;
      return;
    }
    const { index, id, line, prompt, provider, model, epoch } = row;
    this.#groups.set(key, {
      stage,
      code,
      cause,
      ...(place === undefined ? {} : { place }),
      count: 1,
      retryable,
      ...(status === undefined ? {} : { status }),
      first: {
        index,
        ...(id === undefined ? {} : { id }),
        ...(line === undefined ? {} : { line }),
        prompt,
        provider,
        model,
        epoch,
        message,
      },
    });
  }
}
