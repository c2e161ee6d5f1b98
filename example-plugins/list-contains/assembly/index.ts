import {
  Evaluation, Evaluator, EvaluatorInput, invalidInput, Json, levenshteinDistance, plugin, refuseBlank, strip, toCodePoints,
} from "@testbench/plugins-sdk";

import { assign } from "./assign";
import { MAX_PATTERN, ShortPattern } from "./short-pattern";

class Options {
  /** Does not count texts of the answer that have no partner. */
  allow_extra_entities: bool = false;
}

@plugin({ name: "list-contains", reads: ["output", "expected"] })
export class ListContains extends Evaluator {
  config: Options = new Options();
  /** Small numbers for the characters of both lists: if made again for each pair of texts, they would take longer than the comparison. */
  private numbers: Map<i32, i32> = new Map();

  evaluate(input: EvaluatorInput): Evaluation {
    this.numbers.clear();
    const outputs = this.items(input.field("output"), false);
    const expected = input.field("expected");
    if (!expected.exists) invalidInput('Cannot evaluate: field "expected" is missing');
    const references = this.items(expected, true);
    if (outputs.length == 0 || references.length == 0) {
      return Evaluation.pass(outputs.length == references.length);
    }
    // The method wants no more rows than columns.
    const rows = outputs.length <= references.length ? outputs : references;
    const columns = outputs.length <= references.length ? references : outputs;
    const scores = new StaticArray<f64>(rows.length * columns.length);
    const pattern = new ShortPattern(this.numbers.size);
    for (let row = 0; row < rows.length; row++) {
      const isShort = rows[row].length <= MAX_PATTERN;
      if (isShort) pattern.set(rows[row]);
      for (let column = 0; column < columns.length; column++) {
        const length = max(rows[row].length, columns[column].length);
        const edits = isShort ? pattern.distance(columns[column]) : levenshteinDistance(rows[row], columns[column]);
        scores[row * columns.length + column] = length == 0 ? 1 : 1 - <f64>edits / length;
      }
    }
    const sum = assign(scores, rows.length, columns.length);
    const size = this.config.allow_extra_entities ? references.length : max(outputs.length, references.length);
    return new Evaluation(min(1.0, max(0.0, sum / size)));
  }

  /** The texts of a list; a text that is a JSON list counts as one. A right one must not be blank. */
  private items(value: Json, isRight: bool): StaticArray<i32>[] {
    if (value.isString) {
      const inner = Json.parse(value.text());
      if (inner.isArray) value = inner;
    }
    const texts = value.texts();
    const lists: StaticArray<i32>[] = [];
    for (let index = 0; index < texts.length; index++) {
      // Of null, too, no text is left.
      if (isRight && strip(texts[index]).length == 0) refuseBlank(index);
      const points = toCodePoints(texts[index]);
      for (let place = 0; place < points.length; place++) points[place] = this.numberOf(points[place]);
      lists.push(points);
    }
    return lists;
  }

  private numberOf(point: i32): i32 {
    if (!this.numbers.has(point)) this.numbers.set(point, this.numbers.size);
    return this.numbers.get(point);
  }
}
