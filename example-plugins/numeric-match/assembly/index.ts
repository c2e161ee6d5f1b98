import { Evaluation, Evaluator, EvaluatorInput, oneOf, plugin, range } from "@testbench/plugins-sdk";

class Options {
  /** Text after whose last occurrence the answer stands. */
  after: string = "A: ";
  /** How two answers are compared. */
  @oneOf(["text", "number"])
  compare: string = "text";
  @range(0, 1)
  tolerance: f64 = 0;
}

@plugin({ name: "numeric-match" })
export class NumericMatch extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const answer = this.extract(input.output);
    const right = this.extract(input.expected);
    return Evaluation.pass(answer == right).explain(answer + " / " + right);
  }

  private extract(text: string): string {
    const at = text.lastIndexOf(this.config.after);
    const rest = at < 0 ? text : text.slice(at + this.config.after.length);
    return rest.split("\n")[0].replaceAll(",", "").trim();
  }
}
