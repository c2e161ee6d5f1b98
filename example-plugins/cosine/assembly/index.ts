import { describeFields, Evaluation, Evaluator, EvaluatorInput, invalidInput, plugin, range } from "@testbench/plugins-sdk";

class Options {
  /** Field with the answer's vector, next to the answer or in the record: keys with dots between them. */
  output: string = "output_embedding";
  /** Field with the vector of the reference: keys separated by dots. */
  expected: string = "expected_embedding";
  /** The cosine that scores 0. */
  @range(-1, 0.999999)
  expected_min: f64 = 0.7;
}

@plugin({ name: "cosine" })
export class Cosine extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const a = input.field(this.config.output).numbers();
    const b = input.field(this.config.expected).numbers();
    if (a.length == 0 || a.length != b.length) {
      invalidInput(
        `Cannot compare: expected two lists of equally many numbers, "${this.config.output}" has ${a.length}, "${this.config.expected}" has ${b.length}; the fields: ${describeFields(input.json)}`,
      );
      return new Evaluation(0);
    }
    let product: f64 = 0;
    let squaresA: f64 = 0;
    let squaresB: f64 = 0;
    for (let index = 0; index < a.length; index++) {
      product += a[index] * b[index];
      squaresA += a[index] * a[index];
      squaresB += b[index] * b[index];
    }
    if (!isFinite(product) || !isFinite(squaresA) || !isFinite(squaresB)) {
      invalidInput("Cannot compare: an item of the vectors is no number, or too large");
      return new Evaluation(0);
    }
    const length = Math.sqrt(squaresA) * Math.sqrt(squaresB);
    if (length == 0) return new Evaluation(0).explain("a vector is zero");
    const cosine = product / length;
    const least = this.config.expected_min;
    const scaled = min(1.0, max(0.0, (cosine - least) / (1 - least)));
    return new Evaluation(scaled).metric("cosine", cosine);
  }
}
