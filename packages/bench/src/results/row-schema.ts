import type { GuestFrame } from '@testbench/types/errors';
import type { JsonSchema } from '@testbench/types/schemas';

import type { AttachmentFacts } from '../attachments/read-attachments.js';
import type { TokenUsage } from '../calls/token-usage.js';
import type { Judgement } from '../judging/judgement.js';
import type { ToolCall } from '@testbench/types/tools';
import type {
  CallFailure,
  CallMeasured,
  CaseEnd,
  ResultRow,
  RowMeasured,
  ScoreDetails,
  TranscriptEntry,
  TurnScore,
} from './result-row.js';

/**
 * Version of {@link resultRowSchema}. Incremented when a program that reads rows by an earlier version could go wrong; new
 * optional fields do not change it.
 */
export const ROW_SCHEMA_VERSION = 1;

/** A field of a row: its schema with a description. */
type Fields<Row> = { readonly [Name in keyof Row]-?: JsonSchema };

const TEXT: JsonSchema = { type: 'string' };
const BOOLEAN: JsonSchema = { type: 'boolean' };
const NUMBER: JsonSchema = { type: 'number' };
const SCORE: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };
const AMOUNT: JsonSchema = { type: 'number', minimum: 0 };
const ANY: JsonSchema = {};

function count(minimum: number): JsonSchema {
  return { type: 'integer', minimum };
}

function mapOf(schema: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: schema };
}

function about(description: string, schema: JsonSchema): JsonSchema {
  return { ...schema, description };
}

/** An object of known fields; a field of the type that is missing from the table is a compile error. */
function object<Row>(fields: Fields<Row>, required: readonly (keyof Row)[] = []): JsonSchema {
  return {
    type: 'object',
    properties: fields,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

const USAGE = object<TokenUsage>(
  { promptTokens: count(0), cachedTokens: count(0), completionTokens: count(0) },
  ['promptTokens', 'cachedTokens', 'completionTokens'],
);

const FRAME = object<GuestFrame>(
  {
    function: about('Untrusted, as all texts here.', TEXT),
    file: TEXT,
    line: count(1),
    column: count(1),
    functionIndex: about('In the module.', count(0)),
    offset: about('In the module, in bytes.', count(0)),
    excerpt: about('Not written.', ANY),
  },
  ['function'],
);

const FAILURE = object<CallFailure>(
  {
    code: about('One of the codes of failed calls, such as CALL_TRAPPED.', TEXT),
    message: about('Has text of the plugin in it: escape it before showing it.', TEXT),
    pluginCode: about("The plugin's own error code.", { anyOf: [NUMBER, TEXT] }),
    retryable: about('True if the same call may work later.', BOOLEAN),
    retryAfterMs: about('When, in milliseconds after the failure.', AMOUNT),
    status: about('HTTP status of the server that the plugin asked.', NUMBER),
    details: about('What else the plugin said: untrusted.', ANY),
    guestStack: about("The innermost calls of the plugin's functions.", {
      type: 'array',
      items: FRAME,
    }),
  },
  ['code', 'message'],
);

const CALL: Fields<CallMeasured> = {
  startedAt: about('ISO 8601, UTC.', TEXT),
  queueMs: about('Waiting for a place, for a rate limit, and between attempts.', AMOUNT),
  firstTokenMs: about('Until the first part of a streamed answer.', AMOUNT),
  totalMs: about('Of the attempt that gave the answer.', AMOUNT),
  attempts: count(0),
  cached: about('True if the answer came from the cache, and nothing was paid.', BOOLEAN),
  cost: about('In the currency of the prices.', AMOUNT),
};

const WITH_USAGE = object<CallMeasured & { usage: TokenUsage }>({ ...CALL, usage: USAGE });

const MEASURED = object<RowMeasured>({
  ...CALL,
  fuel: about('Fuel units of stages that wait for a network, by stage.', mapOf(AMOUNT)),
  judges: about('Calls of evaluators that ask a model, by name.', mapOf(WITH_USAGE)),
  user: about('Calls of the simulated user, added up.', WITH_USAGE),
});

const JUDGEMENT = object<Judgement>(
  {
    judge: about('Its name.', TEXT),
    sample: about('Which of its judgements of the case.', NUMBER),
    order: about('Of a comparison: answer_first or other_first.', TEXT),
    score: about('For the answer; absent without a verdict.', SCORE),
    grade: about("On the rubric's scale.", NUMBER),
    choice: about('The class that it chose.', TEXT),
    items: about('Things that it looked at.', NUMBER),
    held: about('How many of them hold.', NUMBER),
    reason: about('In its own words.', TEXT),
    problem: about('Why there is no score.', TEXT),
    reply: about('What it answered, word by word: untrusted.', TEXT),
  },
  ['judge'],
);

const TOOL_CALL = object<ToolCall>(
  { id: TEXT, name: TEXT, arguments: about('JSON as the model wrote it.', TEXT) },
  ['name', 'arguments'],
);

const TRANSCRIPT_ENTRY = object<TranscriptEntry>(
  {
    role: { enum: ['user', 'assistant', 'tool'] },
    content: about('What was said, or what a tool returned: untrusted.', TEXT),
    toolCalls: { type: 'array', items: TOOL_CALL },
    finishReason: TEXT,
    usage: USAGE,
    toolCallId: about('Of a tool: the id of its call.', TEXT),
    name: about('Of a tool: its name.', TEXT),
    error: about('Of a tool that gave no result: a code.', TEXT),
    fuel: about('Of a tool: fuel units of its call.', AMOUNT),
    simulated: about('Of a user that a model plays.', { const: true }),
  },
  ['role', 'content'],
);

const DETAILS = object<ScoreDetails>({
  metrics: mapOf(NUMBER),
  explanation: TEXT,
  confidence: NUMBER,
  reply: about('What a judge answered, word by word.', TEXT),
  turns: about('Scores of an evaluator that is asked about each turn.', {
    type: 'array',
    items: object<TurnScore>({ turn: count(1), score: SCORE, explanation: TEXT }, [
      'turn',
      'score',
    ]),
  }),
  judgements: about('Each judgement of an evaluator that asks models.', {
    type: 'array',
    items: JUDGEMENT,
  }),
  selfJudged: about("True if the answer's own model is among the judges.", BOOLEAN),
});

const CANONICAL: Fields<Omit<ResultRow, 'measured'>> = {
  index: about('Position of the record in the data set, from 0.', count(0)),
  id: about('Id of the record, or else its index.', TEXT),
  line: about('Where the record stands in its file, from 1.', count(1)),
  prompt: TEXT,
  provider: TEXT,
  model: TEXT,
  epoch: count(1),
  group: about("The record's group.", TEXT),
  columns: about('Fields of the record that `dataset.columns` names.', { type: 'object' }),
  input: about('The prompt.', TEXT),
  messages: about('In place of `input`, where the prompt is a conversation.', {
    type: 'array',
    items: {
      type: 'object',
      properties: { role: TEXT, content: ANY },
      required: ['role', 'content'],
    },
  }),
  expected: about('As the record has it.', ANY),
  output: about('What was scored; absent after a failure on the way.', TEXT),
  answer: about("The provider's text, where transforms changed it.", TEXT),
  attachments: about('Files of the record.', {
    type: 'array',
    items: object<AttachmentFacts>(
      {
        field: about('The field of the record that names it.', TEXT),
        mediaType: about('As found in its bytes.', TEXT),
        bytes: about('Its size.', count(0)),
        digest: about('sha256: and the hex digest of its bytes.', TEXT),
      },
      ['field', 'mediaType', 'bytes', 'digest'],
    ),
  }),
  toolCalls: about('Tools that the model wants to be called.', {
    type: 'array',
    items: TOOL_CALL,
  }),
  transcript: about('What was said after the prompt, if there are tools or turns.', {
    type: 'array',
    items: TRANSCRIPT_ENTRY,
  }),
  steps: about('Calls of the model, if there is a transcript.', count(0)),
  turns: about('Turns of the user that were answered, if there is a transcript.', count(0)),
  ended: about('Why the case ended, if there is a transcript.', {
    enum: ['answer', 'stop', 'max-turns', 'max-steps', 'unanswered-call'] satisfies CaseEnd[],
  }),
  finishReason: about("Why the model stopped, in the provider's words.", TEXT),
  usage: USAGE,
  scores: about('By name of the evaluator.', mapOf(SCORE)),
  score: about('Weighted mean of the scores; absent if one is missing.', SCORE),
  passed: about('Whether every evaluator with a threshold reached it.', BOOLEAN),
  details: about(
    'By name of the evaluator, for those that said more than a score.',
    mapOf(DETAILS),
  ),
  errors: about('Failed evaluators, by name.', mapOf(FAILURE)),
  failure: about('Set if provider, transform or filter failed: then no score of this row counts.', {
    ...object<CallFailure & { stage: string }>(
      { ...(FAILURE['properties'] as Fields<CallFailure>), stage: TEXT },
      ['code', 'message', 'stage'],
    ),
  }),
  dropped: about('Set if a filter dropped the row: then no score of this row counts.', {
    type: 'object',
    properties: { reason: TEXT },
    additionalProperties: false,
  }),
  fuel: about('Fuel units by stage.', mapOf(AMOUNT)),
};

/**
 * The JSON Schema (draft 7) of a row of results: a line of a run's segments and of `testbench export --format jsonl`. The package ships it as
 * `dist/result-row.schema.json`, and the schema of canonical rows as `dist/canonical-row.schema.json`.
 *
 * @param form `canonical` for rows of `canonicalRow`, which have no `measured`.
 *
 * @example
 * ```ts
 * import { resultRowSchema } from '@testbench/bench/results';
 *
 * const { required } = resultRowSchema();
 * required; // => ['index', 'prompt', 'provider', 'model', 'epoch', 'scores']
 * ```
 */
export function resultRowSchema(form: 'whole' | 'canonical' = 'whole'): JsonSchema {
  const canonical = form === 'canonical';
  const required = ['index', 'prompt', 'provider', 'model', 'epoch', 'scores'] as const;
  const name = canonical ? 'canonical-row' : 'result-row';
  const properties = canonical
    ? CANONICAL
    : {
        ...CANONICAL,
        measured: about(
          'What a clock or a server decides: two runs of the same plan differ in it, and in nothing else.',
          MEASURED,
        ),
      };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `urn:testbench:${name}:${ROW_SCHEMA_VERSION}`,
    title: canonical ? 'Testbench result row, canonical' : 'Testbench result row',
    description: 'The result of one case: a record, asked one prompt of one model of a provider.',
    ...object<Record<string, unknown>>(properties, required),
  };
}
