import { countCodePoints, Custom, excerpt, fieldOf, invalidInput, Json, JsonWriter, oneOf, plugin } from "@testbench/plugins-sdk";

class Options {
  /** Divides each log-probability by the length in characters or tokens, or subtracts the log-probability without the question (`pmi`). */
  @oneOf(["none", "char", "token", "pmi"])
  normalization: string = "none";
  /** Does not count a leading space of a choice, with `char`. */
  ignore_first_space: bool = false;
}

@plugin({ name: "multiple-choice", capabilities: ["text_evaluation"] })
export class MultipleChoice extends Custom {
  config: Options = new Options();

  /**
   * Takes `logprobs`, natural logarithms, one a choice; `gold` (or `expected`), the index or indices of right choices, or their texts; and by
   * the normalisation `choices` (texts), `tokens` (counts) or `unconditioned` (log-probabilities). All of them may stand in `record`.
   */
  run(data: Json, out: JsonWriter): void {
    const scores = fieldOf(data, "logprobs").numbers();
    this.normalize(scores, data);
    let valid = scores.length > 0;
    for (let index = 0; index < scores.length; index++) valid = valid && isFinite(scores[index]);
    if (!valid) {
      invalidInput('Cannot score: expected a number for each choice in "logprobs", and as many of what the normalisation needs');
      return;
    }
    let gold = fieldOf(data, "gold");
    if (!gold.exists) gold = fieldOf(data, "expected");
    const measures = gold.exists ? measure(scores, rightChoices(gold, fieldOf(data, "choices"), scores.length)) : null;
    out.object();
    if (measures !== null) out.field("score", measures[0]);
    out.field("scores", scores).field("best", argmax(scores));
    if (measures !== null) {
      writeMeasures(out, measures);
      // What a benchmark keeps of an evaluator's result.
      writeMeasures(out.key("metrics").object(), measures);
      out.end();
    }
    out.end();
  }

  private normalize(scores: StaticArray<f64>, data: Json): void {
    const kind = this.config.normalization;
    if (kind == "none") return;
    const choices = fieldOf(data, "choices");
    const other = fieldOf(data, kind == "token" ? "tokens" : "unconditioned").numbers();
    const isWhole = (kind == "char" ? choices.length : other.length) == scores.length;
    for (let index = 0; index < scores.length; index++) {
      const operand = !isWhole ? NaN : kind == "char" ? this.lengthOf(choices.at(index).text()) : other[index];
      // Nothing to divide by is a missing length, not an infinite score.
      if (kind == "pmi") scores[index] -= operand;
      else scores[index] = operand > 0 ? scores[index] / operand : NaN;
    }
  }

  private lengthOf(choice: string): f64 {
    const length = countCodePoints(choice);
    return this.config.ignore_first_space && choice.startsWith(" ") ? length - 1 : length;
  }
}

function argmax(values: StaticArray<f64>): i32 {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index] > values[best]) best = index;
  return best;
}

function rightChoices(gold: Json, choices: Json, count: i32): StaticArray<bool> {
  const right = new StaticArray<bool>(count);
  if (!gold.isArray) mark(right, gold, choices);
  else if (gold.length == 0) invalidInput('Cannot score: the list "gold" is empty');
  for (let index = 0; gold.isArray && index < gold.length; index++) mark(right, gold.at(index), choices);
  return right;
}

/** Marks a right choice, given as its index or its text; anything else is a mistake of the record. */
function mark(right: StaticArray<bool>, gold: Json, choices: Json): void {
  let index = gold.number(-1);
  for (let place = 0; gold.isString && index < 0 && place < choices.length; place++) {
    if (choices.at(place).text() == gold.text()) index = place;
  }
  if (index >= 0 && index < right.length && trunc(index) == index) right[<i32>index] = true;
  else invalidInput(`Cannot score: "gold" has ${excerpt(gold.source())}, expected whole numbers from 0 to ${right.length - 1}, or texts of "choices"`);
}

/** Accuracy, the right choices' share of all probability, and one over the rank of the best right one. */
function measure(scores: StaticArray<f64>, gold: StaticArray<bool>): StaticArray<f64> {
  const best = argmax(scores);
  let all: f64 = 0;
  let right: f64 = 0;
  let top = -Infinity;
  for (let index = 0; index < scores.length; index++) {
    // Relative to the best: the exponential of a long text's log-probability is 0.
    const probability = Math.exp(scores[index] - scores[best]);
    all += probability;
    if (!gold[index]) continue;
    right += probability;
    top = max(top, scores[index]);
  }
  let rank = 1;
  for (let index = 0; index < scores.length; index++) if (scores[index] > top) rank++;
  const measures = new StaticArray<f64>(3);
  measures[0] = gold[best] ? 1 : 0;
  measures[1] = right / all;
  measures[2] = 1.0 / rank;
  return measures;
}

function writeMeasures(out: JsonWriter, measures: StaticArray<f64>): void {
  out.field("accuracy", measures[0]).field("probability", measures[1]).field("reciprocal_rank", measures[2]);
}
