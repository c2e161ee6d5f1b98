import { defineEvaluator, InvalidInputError } from '@testbench/script';

{{tsinterface Config {
  /** Ignores case. */
  readonly ignore_case: boolean;
}

}}export default defineEvaluator{{ts<Config>}}({
  name: '{{NAME}}',
  version: '0.1.0',
  description: '{{DESCRIPTION}}',
  config: { ignore_case: { type: 'boolean', default: false } },
  evaluate({ output, expected }, { config }) {
    const normalize = (text{{ts: unknown}}){{ts: string}} =>
      config.ignore_case ? String(text).toLowerCase() : String(text);
    const keywords{{ts: string[]}} = [expected ?? []].flat().map(normalize);
    if (keywords.length === 0) throw new InvalidInputError('the field "expected" is missing');
    const answer = normalize(output);
    const found = keywords.filter((keyword) => keyword !== '' && answer.includes(keyword)).length;
    return { score: found / keywords.length, metrics: { found } };
  },
});
