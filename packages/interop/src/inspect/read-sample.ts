import type { ImportedCase, ImportedMessage, ImportedRecord } from '@testbench/bench/import';
import type { ScoreDetails } from '@testbench/bench/results';

import type { CountedNotes } from '../counted-notes.js';
import type { JsonPlace } from '../json/json-place.js';
import { Attachments } from './attachments.js';
import { readContent, readMessages, readToolCalls, textOf } from './messages.js';
import { numberOf, scoreValues } from './score-values.js';

/** What samples need to know of their log. */
export interface LogContext {
  readonly model: string;
  /** Name of the scorer of early versions, whose samples have one score without a name. */
  readonly firstScorer: string;
  readonly notes: CountedNotes;
}

/** The name under which versions between had kept a score without a name. */
const PLACEHOLDER = '88F74D2C';
const DEFAULT_SCORER = 'score';

/** Reads a sample of a log. @throws {ImportError} `IMPORT_INVALID`, `IMPORT_TOO_LARGE`. */
export function readSample(
  sample: JsonPlace,
  context: LogContext,
  attachments = Attachments.of(sample),
): ImportedCase {
  const messages = readMessages(sample.at('messages'), attachments);
  const output = readOutput(sample, messages, attachments);
  const { values, details } = readScores(sample, output, attachments, context);
  const error = sample.at('error');
  // A sample whose solver failed may have been scored nevertheless.
  const failure = error.isMissing || Object.keys(values).length > 0 ? undefined : messageOf(error);
  const prompt = promptOf(messages);
  const reason = sample.at('output').at('choices').list()[0]?.at('stop_reason').text();
  const usage = readUsage(sample, context.model);
  const measured = readTimes(sample);
  const calls = lastToolCalls(sample);
  return {
    id: sample.at('id').name(),
    epoch: sample.at('epoch').number() ?? 1,
    record: readRecord(sample, attachments),
    ...(prompt === undefined ? {} : { prompt }),
    ...(output === undefined ? {} : { output }),
    ...(calls.length === 0 ? {} : { toolCalls: calls }),
    ...(reason === undefined ? {} : { finishReason: reason }),
    ...(usage === undefined ? {} : { usage }),
    ...(failure === undefined ? {} : { failure }),
    ...(measured === undefined ? {} : { measured }),
    values,
    ...(details === undefined ? {} : { details }),
  };
}

function readRecord(sample: JsonPlace, attachments: Attachments): ImportedRecord {
  const input = sample.at('input');
  const messages = input.isList ? readMessages(input, attachments) : undefined;
  const asked = messages?.findLast(({ role }) => role === 'user') ?? messages?.at(-1);
  const choices = sample.at('choices');
  const metadata = sample.at('metadata');
  return {
    input: messages === undefined ? attachments.text(input.text() ?? '') : textOf(asked?.content),
    ...(messages === undefined || messages.length === 0 ? {} : { messages }),
    ...(sample.at('target').isMissing
      ? {}
      : { expected: attachments.value(sample.at('target').value) }),
    fields: {
      ...(choices.isMissing ? {} : { choices: attachments.value(choices.value) }),
      ...(metadata.isObject && metadata.entries().length > 0
        ? { metadata: attachments.value(metadata.value) }
        : {}),
    },
  };
}

/** What the model got for its last answer: all messages before it. */
function promptOf(messages: readonly ImportedMessage[]): ImportedCase['prompt'] {
  const end = messages.at(-1)?.role === 'assistant' ? -1 : messages.length;
  const asked = messages.slice(0, end);
  if (asked.length === 0) return undefined;
  const [first] = asked;
  return asked.length === 1 && first!.role === 'user' && typeof first!.content === 'string'
    ? first!.content
    : asked;
}

/** The completion; a sample without one ends with what the model said last. */
function readOutput(
  sample: JsonPlace,
  messages: readonly ImportedMessage[],
  attachments: Attachments,
): string | undefined {
  const output = sample.at('output');
  const [choice] = output.at('choices').list();
  if (choice !== undefined) {
    return textOf(readContent(choice.at('message').at('content'), attachments));
  }
  const completion = output.at('completion').text();
  if (completion !== undefined && completion !== '') return attachments.text(completion);
  const last = messages.findLast(({ role }) => role === 'assistant');
  if (last !== undefined) return textOf(last.content);
  return completion;
}

function readScores(
  sample: JsonPlace,
  output: string | undefined,
  attachments: Attachments,
  { firstScorer, notes }: LogContext,
): { values: Record<string, number | null>; details?: Record<string, ScoreDetails> } {
  const old = sample.at('score');
  const scores: [string, JsonPlace][] = old.isMissing
    ? sample.at('scores').entries()
    : [[firstScorer, old]];
  const values: [string, number | null][] = [];
  const details: [string, ScoreDetails][] = [];
  for (const [given, score] of scores) {
    const scorer = given === PLACEHOLDER ? firstScorer || DEFAULT_SCORER : given || DEFAULT_SCORER;
    const explanation = explanationOf(score, output, attachments);
    for (const [metric, value] of scoreValues(scorer, score.at('value'))) {
      const number = numberOf(value);
      if (number === undefined) {
        notes.count(`a value of ${JSON.stringify(metric)} is no number`);
      }
      values.push([metric, number ?? null]);
      const label = number === undefined ? `Value: ${JSON.stringify(value.value)}` : undefined;
      const said = [label, explanation].filter((each) => each !== undefined).join('\n');
      if (said !== '') details.push([metric, { explanation: said }]);
    }
  }
  return {
    values: Object.fromEntries(values),
    ...(details.length === 0 ? {} : { details: Object.fromEntries(details) }),
  };
}

/** What the scorer says, after the answer that it took from the output. */
function explanationOf(
  score: JsonPlace,
  output: string | undefined,
  attachments: Attachments,
): string | undefined {
  const said = score.at('explanation');
  const answer = score.at('answer');
  const texts = [
    typeof answer.value === 'string' && answer.value !== output
      ? `Answer: ${attachments.text(answer.value)}`
      : undefined,
    typeof said.value === 'string' ? attachments.text(said.value) : undefined,
  ].filter((each) => each !== undefined && each !== output);
  return texts.length === 0 ? undefined : texts.join('\n');
}

function messageOf(error: JsonPlace): string {
  const message = error.isObject ? error.at('message').value : error.value;
  return typeof message === 'string' && message !== '' ? message : 'the sample failed';
}

function lastToolCalls(sample: JsonPlace): ReturnType<typeof readToolCalls> {
  const [choice] = sample.at('output').at('choices').list();
  return choice === undefined ? [] : readToolCalls(choice.at('message'));
}

/** Tokens of the tested model, over all calls of the sample. */
function readUsage(sample: JsonPlace, model: string): ImportedCase['usage'] {
  const byModel = sample.at('model_usage').at(model);
  const usage = byModel.isMissing ? sample.at('output').at('usage') : byModel;
  const input = countOf(usage.at('input_tokens'));
  const completionTokens = countOf(usage.at('output_tokens'));
  if (input === undefined || completionTokens === undefined) return undefined;
  // Some providers do not count cached tokens as input; the total has them.
  const total = countOf(usage.at('total_tokens')) ?? 0;
  const promptTokens = Math.max(input, total - completionTokens);
  const cached = countOf(usage.at('input_tokens_cache_read')) ?? 0;
  return { promptTokens, completionTokens, cachedTokens: Math.min(cached, promptTokens) };
}

function countOf({ value }: JsonPlace): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

function readTimes(sample: JsonPlace): ImportedCase['measured'] {
  const seconds = [sample.at('output').at('time'), sample.at('total_time')]
    .map(({ value }) => value)
    .find((value): value is number => typeof value === 'number' && value >= 0);
  const startedAt = sample.at('started_at').value;
  const found = {
    ...(typeof startedAt === 'string' && !Number.isNaN(Date.parse(startedAt))
      ? { startedAt: new Date(startedAt).toISOString() }
      : {}),
    ...(seconds === undefined ? {} : { totalMs: Math.round(seconds * 1000) }),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}
