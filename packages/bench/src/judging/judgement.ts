import { withoutUndefined } from '../config/without-undefined.js';
import { isObject } from '../is-object.js';
import { ownValue } from '../own-value.js';
import { MAX_JUDGE_NAME_CHARACTERS, MAX_JUDGEMENT_CHARACTERS, MAX_JUDGEMENTS } from './limits.js';

/** One reply of a judge, and the values read from it. */
export interface Judgement {
  /** The judge: the name of its model, or the name that its configuration gives it. */
  readonly judge: string;
  /** Number of this judgement among those that it gave on this case, from 1. */
  readonly sample?: number;
  /** For a comparison: `answer_first` or `other_first`. */
  readonly order?: string;
  /** 0 to 1, for the answer; absent if the reply has no verdict. */
  readonly score?: number;
  /** The judge's grade, on the rubric's scale. */
  readonly grade?: number;
  /** The class that it chose. */
  readonly choice?: string;
  /** Number of criteria that it checked, and how many of them hold. */
  readonly items?: number;
  readonly held?: number;
  /** The judge's reason, in its own words. */
  readonly reason?: string;
  /** Why there is no score. */
  readonly problem?: string;
  /** The judge's reply, verbatim; for a very long reply, its beginning and end. Untrusted text. */
  readonly reply?: string;
}

const TEXTS = ['order', 'choice', 'reason', 'problem', 'reply'] as const;
const NUMBERS = ['sample', 'score', 'grade', 'items', 'held'] as const;

/**
 * Reads what an evaluator reports about its judges; the value comes from a plugin.
 *
 * @param fail Makes the error for an invalid value.
 * @returns Undefined if there is nothing. Unknown fields are left out.
 * @throws The error made by `fail`: the value is not a list, is too long, or an entry has no judge or a field of the wrong kind.
 */
export function readJudgements(
  value: unknown,
  fail: (problem: string) => Error,
): readonly Judgement[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw fail('"data.judgements" is no list');
  if (value.length > MAX_JUDGEMENTS) {
    throw fail(`"data.judgements" has ${value.length} entries, limit is ${MAX_JUDGEMENTS}`);
  }
  let characters = 0;
  return value.map((entry: unknown, index) => {
    const place = `"data.judgements[${index}]`;
    const given = isObject(entry) ? entry : {};
    const judge = ownValue(given, 'judge');
    if (typeof judge !== 'string' || judge === '' || judge.length > MAX_JUDGE_NAME_CHARACTERS) {
      throw fail(`${place}.judge" is no name`);
    }
    const read: Record<string, unknown> = { judge };
    for (const key of NUMBERS) {
      const number = ownValue(given, key) ?? undefined;
      if (number !== undefined && !Number.isFinite(number))
        throw fail(`${place}.${key}" is no number`);
      read[key] = number;
    }
    const score = read['score'] as number | undefined;
    if (score !== undefined && !(score >= 0 && score <= 1)) {
      throw fail(`${place}.score" is ${score}, expected a number from 0 to 1`);
    }
    for (const key of TEXTS) {
      const text = ownValue(given, key) ?? undefined;
      if (text !== undefined && typeof text !== 'string') throw fail(`${place}.${key}" is no text`);
      characters += text?.length ?? 0;
      if (characters > MAX_JUDGEMENT_CHARACTERS) {
        throw fail(`"data.judgements" has more than ${MAX_JUDGEMENT_CHARACTERS} characters`);
      }
      read[key] = text;
    }
    return withoutUndefined(read) as unknown as Judgement;
  });
}

/**
 * True if an entry of a stored row is a judgement: texts and numbers are where they belong, and nothing else of it is shown.
 *
 * @param entry An object.
 */
export function isStoredJudgement(entry: Readonly<Record<string, unknown>>): boolean {
  const isMissing = (key: string): boolean => entry[key] === undefined;
  const { judge, score } = entry;
  return (
    typeof judge === 'string' &&
    TEXTS.every((key) => isMissing(key) || typeof entry[key] === 'string') &&
    NUMBERS.every((key) => isMissing(key) || Number.isFinite(entry[key])) &&
    (score === undefined || ((score as number) >= 0 && (score as number) <= 1))
  );
}

/** Judgements without what may repeat the answer: for rows whose texts must not be kept. */
export function withoutReplies(judgements: readonly Judgement[]): readonly Judgement[] {
  return judgements.map(({ reason: _reason, reply: _reply, ...rest }) => rest);
}
