import {
  Evaluation, Evaluator, EvaluatorInput, Json, levenshteinDistance, plugin, toCodePoints,
} from "@testbench/plugins-sdk";

import { assign } from "./assign";

class Options {
  /** Does not count texts of the answer that have no partner. */
  allow_extra_entities: bool = false;
}

@plugin({ name: "list-contains" })
export class ListContains extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const outputs = items(input.field("output"));
    const references = items(input.field("expected"));
    if (outputs.length == 0 || references.length == 0) {
      return Evaluation.pass(outputs.length == references.length);
    }
    const scores = new StaticArray<f64>(outputs.length * references.length);
    for (let row = 0; row < outputs.length; row++) {
      for (let column = 0; column < references.length; column++) {
        scores[row * references.length + column] = similarity(outputs[row], references[column]);
      }
    }
    const sum = assign(scores, outputs.length, references.length);
    const size = this.config.allow_extra_entities ? references.length : max(outputs.length, references.length);
    return new Evaluation(min(1.0, max(0.0, sum / size)));
  }
}

/** The texts of a list; a text that is a JSON list counts as one. */
function items(value: Json): StaticArray<i32>[] {
  if (value.isString) {
    const inner = Json.parse(value.text());
    if (inner.isArray) value = inner;
  }
  const texts = value.texts();
  const lists: StaticArray<i32>[] = [];
  for (let index = 0; index < texts.length; index++) lists.push(toCodePoints(texts[index]));
  return lists;
}

function similarity(a: StaticArray<i32>, b: StaticArray<i32>): f64 {
  const length = max(a.length, b.length);
  return length == 0 ? 1 : 1 - <f64>levenshteinDistance(a, b) / length;
}
