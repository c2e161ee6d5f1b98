import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { Evaluation, Evaluator } from "./evaluator";
import { invalidInput } from "./failure";

/** Sums of metrics over the results of a set, as the host has added them up: exactly, whatever their order. */
@final
export class Sums {
  constructor(
    /** All of them, for those whose names are not known beforehand. */
    readonly json: Json,
    /** Number of results that were added up, at least 1. */
    readonly n: f64,
  ) {}

  /** True if any result of the set had the metric. */
  has(name: string): bool {
    return this.json.get(name).exists;
  }

  /** The sum of a metric. Fails the call if no result of the set had it. */
  get(name: string): f64 {
    const sum = this.json.get(name);
    if (!sum.isNumber) invalidInput('Cannot aggregate: the sum "' + name + '" is missing');
    return sum.number(0);
  }

  /** The sum of a metric that a result only has if it is not 0, such as the count of one bin; 0 if no result of the set had it. */
  find(name: string): f64 {
    return this.json.get(name).number(0);
  }

  /** The mean of a metric over all results of the set. Fails the call if none had it. */
  mean(name: string): f64 {
    return this.get(name) / this.n;
  }
}

/**
 * The sums of an aggregate call; null for any other call. For plugins that write `handle` themselves; others extend `CorpusEvaluator`.
 */
export function readSums(data: Json): Sums | null {
  if (!data.isObject || data.length != 2) return null;
  const sums = data.get("aggregate");
  const n = data.get("n");
  return sums.isObject && n.isNumber ? new Sums(sums, n.number()) : null;
}

/**
 * Scores answers, and from the sums of the metrics of its results a whole set of them. What `evaluate` reports with `metric` must add
 * up: counts, lengths, sums of squares, not rates.
 */
export abstract class CorpusEvaluator extends Evaluator {
  /** Scores a set of results. Only `sums` are known: the host may have cut the set anywhere, and drawn records more than once. */
  abstract aggregate(sums: Sums): Evaluation;

  handle(data: Json, out: JsonWriter): void {
    const sums = readSums(data);
    if (sums !== null) this.aggregate(sums).write(out);
    else super.handle(data, out);
  }
}
