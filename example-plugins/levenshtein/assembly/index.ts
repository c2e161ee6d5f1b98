import { Evaluation, Evaluator, EvaluatorInput, levenshteinDistance, plugin, toCodePoints } from "@testbench/plugins-sdk";

@plugin({ name: "levenshtein", reads: ["output", "expected"] })
export class Levenshtein extends Evaluator {
  evaluate(input: EvaluatorInput): Evaluation {
    const output = toCodePoints(input.output);
    const references = input.references;
    let best = -1.0;
    let distance = 0;
    for (let index = 0; index < references.length; index++) {
      const expected = toCodePoints(references[index]);
      const edits = levenshteinDistance(output, expected);
      const length = max(output.length, expected.length);
      const similarity = length == 0 ? 1.0 : 1 - <f64>edits / length;
      if (similarity > best) {
        best = similarity;
        distance = edits;
      }
    }
    return new Evaluation(max(best, 0)).metric("distance", distance);
  }
}
