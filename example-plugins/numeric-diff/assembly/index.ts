import { Evaluation, Evaluator, EvaluatorInput, invalidInput, Json, plugin, readNumber } from "@testbench/plugins-sdk";

@plugin({ name: "numeric-diff", reads: ["output", "expected"] })
export class NumericDiff extends Evaluator {
  evaluate(input: EvaluatorInput): Evaluation {
    const output = toNumber(input.field("output"));
    const expected = toNumber(input.field("expected"));
    if (isNaN(output) || isNaN(expected)) {
      invalidInput('Cannot compare: expected numbers in "output" and "expected"');
      return new Evaluation(0);
    }
    const difference = abs(expected - output);
    const size = abs(expected) + abs(output);
    return new Evaluation(size == 0 ? 1 : 1 - difference / size).metric("difference", difference);
  }
}

/** A number, or text that is one. */
function toNumber(value: Json): f64 {
  if (!value.isString) return value.number();
  const number = readNumber(value.text());
  return number === null ? NaN : number.value;
}
