import { createHash } from 'node:crypto';

import type { Ask, AskAnswer, AskRound } from '@testbench/types/asking';

import { isObject } from '../../is-object.js';

/**
 * An answer as it is kept, with the round that it belongs to: a judge puts a mark of its own into what it asks and what it keeps, so that answers of
 * one round are of no use to another.
 */
export interface KeptAnswer {
  readonly answer: AskAnswer;
  readonly asks: readonly Ask[];
  readonly continue: unknown;
  /** Of asks and state. */
  readonly round: string;
}

/** Names a round by what is asked and kept in it. */
export function roundName({ asks, continue: state }: AskRound): string {
  return createHash('sha256')
    .update(JSON.stringify([asks, state]))
    .digest('hex')
    .slice(0, 32);
}

/** What was kept, if it is an answer with its round. */
export function readKeptAnswer(value: unknown): KeptAnswer | undefined {
  if (!isObject(value) || !isObject(value['answer']) || !Array.isArray(value['asks'])) {
    return undefined;
  }
  if (typeof value['round'] !== 'string' || !Object.hasOwn(value, 'continue')) return undefined;
  return value as unknown as KeptAnswer;
}
