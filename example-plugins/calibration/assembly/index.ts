import { Custom, fieldOf, invalidInput, Json, JsonWriter, oneOf, plugin, range, readSums, Sums } from "@testbench/plugins-sdk";

class Options {
  /** Number of bins of equal width. */
  @range(1, 10000)
  n_bins: i32 = 15;
  /** The error that the score is 1 minus. */
  @oneOf(["ece", "brier"])
  score: string = "ece";
}

@plugin({ name: "calibration", type: "evaluator", aggregate: "sums", capabilities: ["text_evaluation"] })
export class Calibration extends Custom {
  config: Options = new Options();

  /**
   * Takes `probs` and `labels`, which may stand in `record`. With one probability a record, it is that of label 1; with a list of them,
   * the most probable class is compared with the label. A single label stands for a list of one.
   */
  run(data: Json, out: JsonWriter): void {
    const sums = readSums(data);
    if (sums !== null) {
      this.aggregate(sums, out);
      return;
    }
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
    const bins = new Bins(this.config.n_bins);
    for (let index = 0; index < count; index++) bins.add(confidence[index], accuracy[index]);
    const errors = bins.errors(count);
    out.object().field("score", 1 - (this.config.score == "brier" ? brier / count : errors[0]));
    writeErrors(out, errors, binary ? brier / count : NaN, count);
    // What a benchmark keeps of an evaluator's result.
    writeErrors(out.key("metrics").object(), errors, binary ? brier / count : NaN, count);
    if (binary) out.field("squared_error", brier);
    bins.write(out);
    out.end().end();
  }

  /** Of any set of records: a calibration error is no mean of theirs, but its bins add up. */
  private aggregate(sums: Sums, out: JsonWriter): void {
    const bins = new Bins(this.config.n_bins);
    bins.read(sums);
    const count = sums.get("n");
    const errors = bins.errors(count);
    const wanted = this.config.score == "brier" || sums.has("squared_error");
    const brier = wanted ? sums.get("squared_error") / count : NaN;
    out.object().field("score", 1 - (this.config.score == "brier" ? brier : errors[0]));
    writeErrors(out.key("metrics").object(), errors, brier, count);
    out.end().end();
  }
}

function writeErrors(out: JsonWriter, errors: StaticArray<f64>, brier: f64, count: f64): void {
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

/** What is said and what is true, by bins of what is said. */
@final
class Bins {
  private counts: StaticArray<f64>;
  private confidences: StaticArray<f64>;
  private right: StaticArray<f64>;

  constructor(private bins: i32) {
    this.counts = new StaticArray<f64>(bins + 1);
    this.confidences = new StaticArray<f64>(bins + 1);
    this.right = new StaticArray<f64>(bins + 1);
  }

  add(confidence: f64, accuracy: f64): void {
    const bin = binOf(confidence, this.bins);
    this.counts[bin]++;
    this.confidences[bin] += confidence;
    this.right[bin] += accuracy;
  }

  /** Gap between confidence and accuracy over the bins: mean, root mean square, and largest. */
  errors(count: f64): StaticArray<f64> {
    let mean: f64 = 0;
    let squares: f64 = 0;
    let largest: f64 = 0;
    for (let bin = 0; bin <= this.bins; bin++) {
      if (this.counts[bin] == 0) continue;
      const gap = abs(this.right[bin] - this.confidences[bin]) / this.counts[bin];
      const share = this.counts[bin] / count;
      mean += gap * share;
      squares += gap * gap * share;
      largest = max(largest, gap);
    }
    const errors = new StaticArray<f64>(3);
    // The shares may come to a little more than 1.
    errors[0] = min(1, mean);
    errors[1] = Math.sqrt(squares);
    errors[2] = largest;
    return errors;
  }

  /** Writes the sums of the bins that are not empty. */
  write(out: JsonWriter): void {
    for (let bin = 0; bin <= this.bins; bin++) {
      if (this.counts[bin] == 0) continue;
      const name = nameOf(bin);
      out.field(name + "_n", this.counts[bin]).field(name + "_confidence", this.confidences[bin]).field(name + "_right", this.right[bin]);
    }
  }

  /** The inverse of `write`, of one record or many. */
  read(sums: Sums): void {
    for (let bin = 0; bin <= this.bins; bin++) {
      const name = nameOf(bin);
      this.counts[bin] = sums.find(name + "_n");
      this.confidences[bin] = sums.find(name + "_confidence");
      this.right[bin] = sums.find(name + "_right");
    }
  }
}

function nameOf(bin: i32): string {
  return "bin_" + (bin + 1).toString();
}

/** Number of inner bounds at or below the value, as torchmetrics' `bucketize(right=True) - 1` has it; 1 has a bin of its own. */
function binOf(value: f64, bins: i32): i32 {
  let bin = <i32>(value * bins);
  // The product may be rounded across a bound: compare with the bound itself.
  while (bin < bins && value >= <f64>(bin + 1) / bins) bin++;
  while (bin > 0 && value < <f64>bin / bins) bin--;
  return bin;
}
