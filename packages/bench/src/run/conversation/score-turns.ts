import type { ChatMessage } from '@testbench/types';

import { withoutUndefined } from '../../config/without-undefined.js';
import type { Sample } from '../../dataset/selection/read-sample.js';
import type { ResultRow, TurnScore } from '../../results/result-row.js';
import type { ScoreVerdict } from '../row-draft.js';
import { wireMessage } from './transcript.js';

/** One turn of a conversation as an evaluator gets it. */
export interface ScoredTurn {
  /** From 1. */
  readonly number: number;
  /** The fields of the evaluator's input; undefined for a turn that has a right answer and was not reached. */
  readonly data: object | undefined;
}

interface MadeTurn {
  input: string;
  output: string;
  readonly toolCalls: object[];
  /** Messages up to and including the answer. */
  readonly transcript: ChatMessage[];
}

/**
 * The turns of a case that count: those with an `expected` if the record's turns have any, all of them otherwise.
 *
 * Answers are those of the model, before transforms.
 */
export function turnsOf(row: ResultRow, sample: Sample): readonly ScoredTurn[] {
  const made = madeTurns(row, sample);
  const { firstTurn, turns = [] } = sample;
  // The prompt has turn 1, unless it leaves the first word to the user.
  const start = firstTurn === undefined ? (startsWithUser(row) ? [undefined] : []) : [firstTurn];
  const script = [...start, ...turns];
  const isExpected = script.some((turn) => turn?.expected !== undefined);
  const count = Math.max(made.length, isExpected ? script.length : 0);
  return Array.from({ length: count }, (_, index): ScoredTurn[] => {
    const expected = script[index]?.expected;
    if (isExpected && expected === undefined) return [];
    const turn = made[index];
    if (turn === undefined) return [{ number: index + 1, data: undefined }];
    const { input, output, toolCalls, transcript } = turn;
    const data = {
      input,
      output,
      transcript,
      tool_calls: toolCalls.length === 0 ? undefined : toolCalls,
      ...(expected === undefined ? {} : { expected }),
    };
    return [{ number: index + 1, data }];
  }).flat();
}

function startsWithUser({ messages, transcript }: ResultRow): boolean {
  const last = messages?.at(-1)?.role;
  return last === undefined || last === 'user' || transcript?.[0]?.role !== 'user';
}

/** Turns that came to an answer. */
function madeTurns(row: ResultRow, { input }: Sample): MadeTurn[] {
  const { messages, transcript } = row;
  const before: ChatMessage[] = [...(messages ?? [{ role: 'user', content: row.input ?? '' }])];
  if (transcript === undefined) {
    const output = row.answer ?? row.output ?? '';
    const toolCalls = [...(row.toolCalls ?? [])];
    return [
      { input, output, toolCalls, transcript: [...before, { role: 'assistant', content: output }] },
    ];
  }
  const turns: MadeTurn[] = [];
  let current: MadeTurn | undefined;
  for (const entry of transcript) {
    if (entry.role === 'user') {
      current = undefined;
      before.push(wireMessage(entry));
      turns.push((current = { input: entry.content, output: '', toolCalls: [], transcript: [] }));
      continue;
    }
    if (current === undefined)
      turns.push((current = { input, output: '', toolCalls: [], transcript: [] }));
    before.push(wireMessage(entry));
    if (entry.role !== 'assistant') continue;
    current.output = entry.content;
    current.toolCalls.push(...(entry.toolCalls ?? []));
    current.transcript.splice(0, current.transcript.length, ...before);
  }
  return turns;
}

/** Asks about each turn. @returns The mean of the scores and of the metrics; a turn that was not reached counts as 0. */
export async function scoreTurns(
  turns: readonly ScoredTurn[],
  ask: (data: object) => Promise<ScoreVerdict>,
): Promise<ScoreVerdict> {
  const scores: TurnScore[] = [];
  const metrics = new Map<string, number[]>();
  for (const { number, data } of turns) {
    if (data === undefined) {
      scores.push({ turn: number, score: 0, explanation: 'the turn was not reached' });
      continue;
    }
    const { score, details } = await ask(data);
    scores.push(withoutUndefined({ turn: number, score, explanation: details?.explanation }));
    for (const [name, value] of Object.entries(details?.metrics ?? {})) {
      metrics.set(name, [...(metrics.get(name) ?? []), value]);
    }
  }
  const means = Object.fromEntries(Array.from(metrics, ([name, values]) => [name, mean(values)]));
  return {
    score: mean(scores.map(({ score }) => score)),
    details: { ...(metrics.size === 0 ? {} : { metrics: means }), turns: scores },
  };
}

function mean(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
