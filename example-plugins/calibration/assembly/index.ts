import { Custom, fieldOf, invalidInput, Json, JsonWriter, oneOf, plugin, range } from "@testbench/plugins-sdk";

class Options {
  /** Number of bins of equal width. */
  @range(1, 10000)
  n_bins: i32 = 15;
  /** What `score` is 1 less of. The mean of `brier` over records is that of all of them; that of `ece` is not. */
  @oneOf(["ece", "brier"])
  score: string = "ece";
}

@plugin({ name: "calibration", capabilities: ["text_evaluation"] })
export class Calibration extends Custom {
  config: Options = new Options();

  /**
   * Takes `probs` and `labels`, which may stand in `record`. With one probability a record, it is that of label 1; with a list of them,
   * the most probable class is compared with the label. A single label stands for a list of one.
   */
  run(data: Json, out: JsonWriter): void {
    const probs = fieldOf(data, "probs");
    const labelled = fieldOf(data, "labels");
    const isSingle = labelled.isNumber;
    const labels = isSingle ? single(labelled.number()) : labelled.numbers();
    const count = isSingle ? (probs.exists ? 1 : 0) : probs.isArray ? probs.length : 0;
    if (count == 0 || count != labels.length) {
      invalidInput(`Cannot compute: ${count} "probs", ${labels.length} "labels"`);
      return;
    }
    const confidence = new StaticArray<f64>(count);
    const accuracy = new StaticArray<f64>(count);
    const first = isSingle ? probs : probs.at(0);
    const binary = !first.isArray;
    const classCount = binary ? 2 : first.length;
    let brier: f64 = 0;
    for (let index = 0; index < count; index++) {
      const item = isSingle ? probs : probs.at(index);
      // One probability is a list of one.
      const classes = binary ? single(item.number()) : item.numbers();
      if (!areProbabilities(classes) || (!binary && classes.length != classCount)) {
        invalidInput(`Cannot compute: record ${index} has no ${binary ? "probability" : `${classCount} probabilities`} from 0 to 1`);
        return;
      }
      const label = labels[index];
      // NaN fails all comparisons.
      if (!(label >= 0 && label < classCount && trunc(label) == label)) {
        invalidInput(`Cannot compute: the label of record ${index} is no whole number from 0 to ${classCount - 1}`);
        return;
      }
      const best = argmax(classes);
      confidence[index] = classes[best];
      accuracy[index] = binary ? label : <f64>best == label ? 1 : 0;
      brier += (confidence[index] - accuracy[index]) * (confidence[index] - accuracy[index]);
    }
    if (this.config.score == "brier" && !binary) {
      invalidInput('Cannot compute: the Brier score is that of one probability a record, found lists');
      return;
    }
    const errors = errorsOf(confidence, accuracy, this.config.n_bins);
    out.object().field("score", 1 - (this.config.score == "brier" ? brier / count : errors[0]));
    writeErrors(out, errors, binary ? brier / count : NaN, count);
    // What a benchmark keeps of an evaluator's result.
    writeErrors(out.key("metrics").object(), errors, binary ? brier / count : NaN, count);
    out.end().end();
  }
}

function writeErrors(out: JsonWriter, errors: StaticArray<f64>, brier: f64, count: i32): void {
  out.field("ece", errors[0]).field("rmsce", errors[1]).field("mce", errors[2]);
  if (!isNaN(brier)) out.field("brier", brier);
  out.field("n", count);
}

function areProbabilities(values: StaticArray<f64>): bool {
  for (let index = 0; index < values.length; index++) if (!(values[index] >= 0 && values[index] <= 1)) return false;
  return values.length > 0;
}

function single(value: f64): StaticArray<f64> {
  const values = new StaticArray<f64>(1);
  values[0] = value;
  return values;
}

function argmax(values: StaticArray<f64>): i32 {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index] > values[best]) best = index;
  return best;
}

/** Gap between confidence and accuracy over the bins: mean, root mean square, and largest. */
function errorsOf(confidence: StaticArray<f64>, accuracy: StaticArray<f64>, bins: i32): StaticArray<f64> {
  const counts = new StaticArray<i32>(bins + 1);
  const confidences = new StaticArray<f64>(bins + 1);
  const accuracies = new StaticArray<f64>(bins + 1);
  for (let index = 0; index < confidence.length; index++) {
    const bin = binOf(confidence[index], bins);
    counts[bin]++;
    confidences[bin] += confidence[index];
    accuracies[bin] += accuracy[index];
  }
  let mean: f64 = 0;
  let squares: f64 = 0;
  let largest: f64 = 0;
  for (let bin = 0; bin <= bins; bin++) {
    if (counts[bin] == 0) continue;
    const gap = abs(accuracies[bin] - confidences[bin]) / counts[bin];
    const share = <f64>counts[bin] / confidence.length;
    mean += gap * share;
    squares += gap * gap * share;
    largest = max(largest, gap);
  }
  const errors = new StaticArray<f64>(3);
  errors[0] = mean;
  errors[1] = Math.sqrt(squares);
  errors[2] = largest;
  return errors;
}

/** Number of inner bounds at or below the value, as torchmetrics' `bucketize(right=True) - 1` has it; 1 has a bin of its own. */
function binOf(value: f64, bins: i32): i32 {
  let bin = <i32>(value * bins);
  // The product may be rounded across a bound: compare with the bound itself.
  while (bin < bins && value >= <f64>(bin + 1) / bins) bin++;
  while (bin > 0 && value < <f64>bin / bins) bin--;
  return bin;
}
