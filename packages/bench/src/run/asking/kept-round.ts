import { createHash } from 'node:crypto';

import type { Ask, AskAnswer, AskRound } from '@testbench/types/asking';

import { isObject } from '../../is-object.js';

/**
 * A cached answer, with the round that it belongs to: a judge puts a unique mark into its requests and its state, so answers of
 * one round are useless in another.
 */
export interface KeptAnswer {
  readonly answer: AskAnswer;
  readonly asks: readonly Ask[];
  readonly continue: unknown;
  /** Name of the round, made from its asks and state. */
  readonly round: string;
}

/** Names a round by its asks and its state. */
export function roundName({ asks, continue: state }: AskRound): string {
  return createHash('sha256')
    .update(JSON.stringify([asks, state]))
    .digest('hex')
    .slice(0, 32);
}

/** Reads a cached value, if it is an answer with its round. */
export function readKeptAnswer(value: unknown): KeptAnswer | undefined {
  if (!isObject(value) || !isObject(value['answer']) || !Array.isArray(value['asks'])) {
    return undefined;
  }
  if (typeof value['round'] !== 'string' || !Object.hasOwn(value, 'continue')) return undefined;
  return value as unknown as KeptAnswer;
}
