import type { PipelineItem, PipelinePiece, PipelineStage } from '@testbench/core';

import type { Sample } from '../dataset/selection/read-sample.js';
import type { PromptContent } from '../prompts/prompt.js';
import type { EvaluatorStage, Pipeline, ProviderStage } from './load-pipeline.js';
import type { RunCase } from './run-cases.js';
import { readFields, requestIdOf } from './row-draft.js';

/** Texts that every item has, by number. */
const ASKED = 0;
const RECORD = 1;
const INPUT = 2;
/** With its key and a comma before it; nothing if the record has no right answer. */
const EXPECTED = 3;
const OWN_TEXTS = 4;

const ANSWER = { answer: true } as const;
const TOOL_CALLS = { toolCalls: true } as const;
const text = (number: number): PipelinePiece => ({ text: number });

/** The way of the cases of one provider and model: its stages, and what of a record each is given. */
export class CasePipeline {
  readonly stages: readonly PipelineStage[];
  /** Evaluators that are given fields of their own, which take two texts each. */
  readonly #withFields: readonly EvaluatorStage[];

  constructor(
    provider: ProviderStage,
    { name, parameters }: RunCase['model'],
    { transforms, evaluators }: Pipeline,
  ) {
    this.#withFields = evaluators.filter(({ fields }) => fields.length > 0);
    this.stages = [
      {
        id: provider.stage.id,
        gives: 'completion',
        data: providerData({ ...parameters, model: name }),
      },
      ...transforms.map(({ id }): PipelineStage => {
        const data = ['{"text":', ANSWER, ',"record":', text(RECORD), '}'];
        return { id, gives: 'answer', data };
      }),
      ...evaluators.map((evaluator): PipelineStage => {
        return { id: evaluator.stage.id, gives: 'verdict', data: this.#evaluatorData(evaluator) };
      }),
    ];
  }

  /**
   * What of a record goes through.
   *
   * @param record The record as JSON.
   * @throws {BenchError} `BENCH_DATASET_INVALID` if the record lacks a field that an evaluator is to get.
   */
  item(sample: Sample, runCase: RunCase, asked: PromptContent, record: string): PipelineItem {
    const { input, messages, expected } = sample;
    const texts = [
      askedText(asked),
      record,
      JSON.stringify(messages ?? input),
      expected === undefined ? '' : `,"expected":${JSON.stringify(expected)}`,
    ];
    for (const evaluator of this.#withFields) texts.push(...ownTexts(evaluator, sample));
    return { texts, requestId: requestIdOf(sample, runCase) };
  }

  #evaluatorData(evaluator: EvaluatorStage): PipelinePiece[] {
    const own = this.#withFields.indexOf(evaluator);
    if (own === -1) {
      return [
        '{"input":',
        text(INPUT),
        ',"output":',
        ANSWER,
        TOOL_CALLS,
        text(EXPECTED),
        ',"record":',
        text(RECORD),
        '}',
      ];
    }
    const before = OWN_TEXTS + 2 * own;
    return [text(before), ANSWER, TOOL_CALLS, text(before + 1)];
  }
}

/** Of a model's parameters none is called as what a record gives. */
function providerData(parameters: Readonly<Record<string, unknown>>): PipelinePiece[] {
  const fixed = JSON.stringify(parameters).slice(0, -1);
  return [`${fixed},`, text(ASKED), ',"record":', text(RECORD), '}'];
}

function askedText(asked: PromptContent): string {
  return 'messages' in asked
    ? `"messages":${JSON.stringify(asked.messages)}`
    : `"prompt":${JSON.stringify(asked.prompt)}`;
}

/** An evaluator's `data` before and behind the answer; its fields may take the place of the question and the right answer. */
function ownTexts(evaluator: EvaluatorStage, sample: Sample): [before: string, behind: string] {
  const { input, messages, expected, row } = sample;
  const data = {
    input: messages ?? input,
    output: null,
    ...(expected === undefined ? {} : { expected }),
    ...readFields(evaluator, sample),
    record: row,
  };
  const fields = Object.entries(data);
  const at = fields.findIndex(([name]) => name === 'output');
  const before = JSON.stringify(Object.fromEntries(fields.slice(0, at))).slice(0, -1);
  const behind = JSON.stringify(Object.fromEntries(fields.slice(at + 1))).slice(1);
  return [`${before},"output":`, `,${behind}`];
}
