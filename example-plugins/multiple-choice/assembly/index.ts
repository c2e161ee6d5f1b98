import { countCodePoints, Custom, invalidInput, Json, JsonWriter, oneOf, plugin } from "@testbench/plugins-sdk";

class Options {
  /** What a log-probability is divided by (`char`, `token`), or less what (`pmi`: without the question). */
  @oneOf(["none", "char", "token", "pmi"])
  normalization: string = "none";
}

@plugin({ name: "multiple-choice", capabilities: ["text_evaluation"] })
export class MultipleChoice extends Custom {
  config: Options = new Options();

  /**
   * Takes `logprobs`, natural logarithms, one a choice; `gold`, the index or indices of right choices; and by
   * the normalisation `choices` (texts), `tokens` (counts) or `unconditioned` (log-probabilities).
   */
  run(data: Json, out: JsonWriter): void {
    const scores = data.get("logprobs").numbers();
    this.normalize(scores, data);
    let valid = scores.length > 0;
    for (let index = 0; index < scores.length; index++) valid = valid && !isNaN(scores[index]);
    if (!valid) {
      invalidInput('Cannot score: expected a number for each choice in "logprobs", and what the normalisation needs');
      return;
    }
    out.object().field("scores", scores).field("best", argmax(scores));
    const gold = rightChoices(data.get("gold"), scores.length);
    if (gold.includes(true)) writeMeasures(out, scores, gold);
    out.end();
  }

  private normalize(scores: StaticArray<f64>, data: Json): void {
    const kind = this.config.normalization;
    if (kind == "none") return;
    const choices = data.get("choices");
    const other = data.get(kind == "token" ? "tokens" : "unconditioned").numbers();
    for (let index = 0; index < scores.length; index++) {
      const operand = kind == "char" ? countCodePoints(choices.at(index).text()) : index < other.length ? other[index] : NaN;
      // Nothing to divide by is a missing length, not an infinite score.
      if (kind == "pmi") scores[index] -= operand;
      else scores[index] = operand > 0 ? scores[index] / operand : NaN;
    }
  }
}

function argmax(values: StaticArray<f64>): i32 {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index] > values[best]) best = index;
  return best;
}

function rightChoices(gold: Json, count: i32): StaticArray<bool> {
  const right = new StaticArray<bool>(count);
  if (gold.isNumber) mark(right, gold.number());
  for (let index = 0; gold.isArray && index < gold.length; index++) mark(right, gold.at(index).number());
  return right;
}

function mark(right: StaticArray<bool>, index: f64): void {
  if (index >= 0 && index < right.length) right[<i32>index] = true;
}

/** Accuracy, the right choices' share of all probability, and one over the rank of the best right one. */
function writeMeasures(out: JsonWriter, scores: StaticArray<f64>, gold: StaticArray<bool>): void {
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
  out.field("accuracy", gold[best] ? 1 : 0).field("probability", right / all).field("reciprocal_rank", 1.0 / rank);
}
