import { Custom, invalidInput, Json, JsonWriter, plugin, range } from "@testbench/plugins-sdk";

class Options {
  /** Number of bins of equal width. */
  @range(1, 10000)
  n_bins: i32 = 15;
}

@plugin({ name: "calibration", capabilities: ["text_evaluation"] })
export class Calibration extends Custom {
  config: Options = new Options();

  /**
   * Takes `probs` and `labels`. With one probability a record, it is that of label 1; with a list of them,
   * the most probable class is compared with the label.
   */
  run(data: Json, out: JsonWriter): void {
    const probs = data.get("probs");
    const labels = data.get("labels").numbers();
    const count = probs.length;
    if (count == 0 || count != labels.length) {
      invalidInput(`Cannot compute: ${count} "probs", ${labels.length} "labels"`);
      return;
    }
    const confidence = new StaticArray<f64>(count);
    const accuracy = new StaticArray<f64>(count);
    const binary = !probs.at(0).isArray;
    let brier: f64 = 0;
    for (let index = 0; index < count; index++) {
      // One probability is a list of one.
      const classes = binary ? single(probs.at(index).number()) : probs.at(index).numbers();
      const best = argmax(classes);
      const value = classes.length > 0 ? classes[best] : NaN;
      const label = labels[index];
      if (!(value >= 0 && value <= 1) || isNaN(label)) {
        invalidInput(`Cannot compute: record ${index} has no probability from 0 to 1, or no label`);
        return;
      }
      confidence[index] = value;
      accuracy[index] = binary ? label : <f64>best == label ? 1 : 0;
      brier += (value - accuracy[index]) * (value - accuracy[index]);
    }
    writeErrors(out.object(), confidence, accuracy, this.config.n_bins);
    if (binary) out.field("brier", brier / count);
    out.field("n", count).end();
  }
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
function writeErrors(out: JsonWriter, confidence: StaticArray<f64>, accuracy: StaticArray<f64>, bins: i32): void {
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
  out.field("ece", mean).field("rmsce", Math.sqrt(squares)).field("mce", largest);
}

/** Number of inner bounds at or below the value, as torchmetrics' `bucketize(right=True) - 1` has it; 1 has a bin of its own. */
function binOf(value: f64, bins: i32): i32 {
  let bin = <i32>(value * bins);
  // The product may be rounded across a bound: compare with the bound itself.
  while (bin < bins && value >= <f64>(bin + 1) / bins) bin++;
  while (bin > 0 && value < <f64>bin / bins) bin--;
  return bin;
}
