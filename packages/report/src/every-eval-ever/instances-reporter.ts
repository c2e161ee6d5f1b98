import type { ResultRow } from '@testbench/bench/results';

import type { ReportedRun, Reporter, ReportOutput } from '../reporter.js';
import { selfJudges } from '../text/self-judges.js';
import { valueText } from '../text/value-text.js';
import { evaluationId, resultId, SCHEMA_VERSION } from './evaluation-id.js';

/**
 * Writes rows in the instance format of "Every Eval Ever" 0.3.0: a JSON line for each score. Rows without any score, such as those of failed
 * calls, have no line.
 */
export function createEveryEvalEverInstancesReporter(output: ReportOutput): Reporter {
  let reported: readonly ReportedRun[] = [];
  return {
    specificationVersion: 'v1',
    name: 'every-eval-ever-instances',
    start(runs) {
      reported = runs;
    },
    async row(row, run) {
      const { plan } = reported[run]!;
      const evaluation = evaluationId(reported[run]!, { ...row, run });
      for (const { as: name, threshold = 1 } of plan.evaluators) {
        const score = Object.hasOwn(row.scores, name) ? row.scores[name] : undefined;
        if (score === undefined || row.output === undefined) continue;
        const line = {
          schema_version: SCHEMA_VERSION,
          evaluation_id: evaluation,
          model_id: row.model,
          evaluation_name: plan.name,
          evaluation_result_id: resultId(evaluation, name),
          sample_id: row.id ?? String(row.index),
          ...formatTexts(row),
          evaluation: { score, is_correct: score >= threshold },
          ...formatMeasures(row),
          metadata: {
            epoch: String(row.epoch),
            ...(row.group === undefined ? {} : { group: row.group }),
            ...(selfJudges(row, [name]).length === 0 ? {} : { self_judged: 'true' }),
            ...(row.dropped === undefined ? {} : { dropped: row.dropped.reason ?? 'true' }),
          },
        };
        await output.write(`${JSON.stringify(line)}\n`);
      }
    },
    end() {
      // Everything has been written already.
    },
  };
}

function formatTexts({ input, messages, expected, output = '', answer }: ResultRow): object {
  const reference = expected === undefined ? [] : Array.isArray(expected) ? expected : [expected];
  const raw = input ?? valueText(messages?.at(-1)?.content ?? '');
  const question = { raw, reference: reference.map(valueText) };
  const attribution = (source: string, turn: number): object => ({
    turn_idx: turn,
    source,
    extracted_value: output,
    extraction_method: answer === undefined ? 'custom' : 'transform',
    is_terminal: true,
  });
  if (messages === undefined || messages.length < 2) {
    return {
      interaction_type: 'single_turn',
      input: question,
      output: { raw: [answer ?? output] },
      messages: null,
      answer_attribution: [attribution('output.raw', 0)],
    };
  }
  const turns = [...messages, { role: 'assistant', content: answer ?? output }];
  return {
    interaction_type: 'multi_turn',
    input: question,
    output: null,
    messages: turns.map(({ role, content }, index) => ({
      turn_idx: index,
      role,
      content: valueText(content),
    })),
    answer_attribution: [attribution('messages[turn_idx].content', turns.length - 1)],
  };
}

function formatMeasures({ usage, measured }: ResultRow): object {
  return {
    ...(usage === undefined
      ? {}
      : {
          token_usage: {
            input_tokens: usage.promptTokens,
            output_tokens: usage.completionTokens,
            total_tokens: usage.promptTokens + usage.completionTokens,
            input_tokens_cache_read: usage.cachedTokens,
          },
        }),
    ...(measured?.totalMs === undefined
      ? {}
      : {
          performance: {
            latency_ms: measured.totalMs,
            ...(measured.firstTokenMs === undefined
              ? {}
              : { time_to_first_token_ms: measured.firstTokenMs }),
          },
        }),
  };
}
