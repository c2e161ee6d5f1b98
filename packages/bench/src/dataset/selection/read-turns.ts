import { MAX_TURNS } from '../../config/limits.js';
import { isObject } from '../../is-object.js';
import { kindOf } from '../formats/parse-record.js';

/** One turn of the user in a record. */
export interface RecordTurn {
  readonly content: string;
  /** The right answer to it: any JSON. */
  readonly expected?: unknown;
}

/**
 * Reads the turns of a record: at least one text, or object with a text as `content`.
 *
 * @param fail Makes the error.
 */
export function readTurns(value: unknown, fail: (state: string) => Error): readonly RecordTurn[] {
  if (!Array.isArray(value)) throw fail(`expected a list of turns, found ${kindOf(value)}`);
  if (value.length === 0) throw fail('expected at least one turn, found none');
  if (value.length > MAX_TURNS) {
    throw fail(`expected at most ${MAX_TURNS} turns, found ${value.length}`);
  }
  return (value as readonly unknown[]).map((turn, index): RecordTurn => {
    if (typeof turn === 'string') return { content: turn };
    if (!isObject(turn) || typeof turn['content'] !== 'string') {
      throw fail(
        `turn ${index + 1}: expected a text or an object with a text "content", found ${kindOf(turn)}`,
      );
    }
    const { content, expected } = turn;
    return expected === undefined ? { content } : { content, expected };
  });
}
