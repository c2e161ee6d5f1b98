import type { PipelineItem, PipelinePiece, PipelineStage } from '@testbench/core';

import type { Sample } from '../dataset/selection/read-sample.js';
import type { PromptContent } from '../prompts/prompt.js';
import type { EvaluatorStage, Pipeline, ProviderStage } from './load-pipeline.js';
import type { RunCase } from './run-cases.js';
import { readFields, requestIdOf } from './row-draft.js';
import type { Stage } from './stage.js';

/** Numbers of the texts that every item has. */
const ASKED = 0;
const RECORD = 1;
const INPUT = 2;
/** Preceded by a comma and its key; empty if the record has no expected answer. */
const EXPECTED = 3;
const OWN_TEXTS = 4;

const ANSWER = { answer: true } as const;
const TOOL_CALLS = { toolCalls: true } as const;
const text = (number: number): PipelinePiece => ({ text: number });

/** Fields of an evaluator's `data`, with the pieces that they consist of, in order. */
const EVALUATOR_FIELDS: readonly (readonly [field: string, key: string, value: PipelinePiece])[] = [
  ['input', '"input":', text(INPUT)],
  ['output', '"output":', ANSWER],
  // These two include their key and a preceding comma.
  ['tool_calls', '', TOOL_CALLS],
  ['expected', '', text(EXPECTED)],
  ['record', '"record":', text(RECORD)],
];

/** The pipeline for the cases of one provider and model: its stages, and the record data that each of them gets. */
export class CasePipeline {
  readonly stages: readonly PipelineStage[];
  /** Evaluators with additional fields, which take two texts each. */
  readonly #withFields: readonly EvaluatorStage[];
  readonly #provider: Stage;
  /** Texts that at least one stage gets. */
  readonly #given: ReadonlySet<number>;

  constructor(
    { stage: provider }: ProviderStage,
    { name, parameters }: RunCase['model'],
    { transforms, evaluators }: Pipeline,
  ) {
    this.#provider = provider;
    this.#withFields = evaluators.filter(({ fields }) => fields.length > 0);
    this.stages = [
      {
        id: provider.id,
        gives: 'completion',
        data: providerData(provider, { ...parameters, model: name }),
      },
      ...transforms.map((stage): PipelineStage => {
        const record = stage.reads('record') ? [',"record":', text(RECORD)] : [];
        return { id: stage.id, gives: 'answer', data: ['{"text":', ANSWER, ...record, '}'] };
      }),
      ...evaluators.map((evaluator): PipelineStage => {
        return { id: evaluator.stage.id, gives: 'verdict', data: this.#evaluatorData(evaluator) };
      }),
    ];
    const pieces = this.stages.flatMap(({ data }) => data);
    this.#given = new Set(
      pieces.flatMap((piece) => (typeof piece === 'object' && 'text' in piece ? piece.text : [])),
    );
  }

  /**
   * The data of a record that goes through the pipeline.
   *
   * @param record Returns the record as JSON.
   * @throws {BenchError} `BENCH_DATASET_INVALID` if the record lacks a field that an evaluator needs.
   */
  item(sample: Sample, runCase: RunCase, asked: PromptContent, record: () => string): PipelineItem {
    const { input, messages, expected } = sample;
    const given = this.#given;
    const texts = [
      given.has(ASKED) ? askedText(asked, this.#provider) : '',
      given.has(RECORD) ? record() : '',
      given.has(INPUT) ? JSON.stringify(messages ?? input) : '',
      given.has(EXPECTED) && expected !== undefined
        ? `,"expected":${JSON.stringify(expected)}`
        : '',
    ];
    for (const evaluator of this.#withFields) texts.push(...ownTexts(evaluator, sample));
    return { texts, requestId: requestIdOf(sample, runCase) };
  }

  #evaluatorData(evaluator: EvaluatorStage): PipelinePiece[] {
    const own = this.#withFields.indexOf(evaluator);
    if (own === -1) {
      const pieces: PipelinePiece[] = [];
      // `output` is always present, and comes before all texts that start with a comma.
      let start = '{';
      for (const [field, key, value] of EVALUATOR_FIELDS) {
        if (!evaluator.stage.reads(field)) continue;
        if (key !== '') pieces.push(`${start}${key}`);
        start = ',';
        pieces.push(value);
      }
      return [...pieces, '}'];
    }
    const before = OWN_TEXTS + 2 * own;
    return [text(before), ANSWER, TOOL_CALLS, text(before + 1)].filter(
      (piece) => piece !== TOOL_CALLS || evaluator.stage.reads('tool_calls'),
    );
  }
}

/** None of a model's parameters has the name of a field from the record. */
function providerData(
  stage: Stage,
  parameters: Readonly<Record<string, unknown>>,
): PipelinePiece[] {
  // `model` is always present.
  const pieces: PipelinePiece[] = [JSON.stringify(stage.handed(parameters)).slice(0, -1)];
  if (stage.reads('prompt') || stage.reads('messages')) pieces.push(text(ASKED));
  if (stage.reads('record')) pieces.push(',"record":', text(RECORD));
  return [...pieces, '}'];
}

/** Preceded by a comma and its key; empty if the plugin does not read this form, such as a plugin that reads a prompt when there are messages. */
function askedText(asked: PromptContent, provider: Stage): string {
  const [field, value] =
    'messages' in asked ? ['messages', asked.messages] : ['prompt', asked.prompt];
  return provider.reads(field) ? `,"${field}":${JSON.stringify(value)}` : '';
}

/** An evaluator's `data` before and after the answer; its fields may replace the question and the expected answer. */
function ownTexts(evaluator: EvaluatorStage, sample: Sample): [before: string, behind: string] {
  const { input, messages, expected, row } = sample;
  const data = {
    input: messages ?? input,
    output: null,
    ...(expected === undefined ? {} : { expected }),
    ...readFields(evaluator, sample),
    record: row,
  };
  const fields = Object.entries(evaluator.stage.handed(data));
  const at = fields.findIndex(([name]) => name === 'output');
  const before = JSON.stringify(Object.fromEntries(fields.slice(0, at))).slice(0, -1);
  const behind = JSON.stringify(Object.fromEntries(fields.slice(at + 1))).slice(1);
  const start = at === 0 ? before : `${before},`;
  return [`${start}"output":`, behind === '}' ? behind : `,${behind}`];
}
