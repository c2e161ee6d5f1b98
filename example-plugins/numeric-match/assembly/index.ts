import { Evaluation, Evaluator, EvaluatorInput, excerpt, findNumbers, invalidInput, oneOf, plugin, range, strip } from "@testbench/plugins-sdk";

class Options {
  /** The answer starts after the last occurrence of this text. Empty: the whole text. */
  after: string = "A: ";
  /** `text` compares the answers without commas; `number` compares the last numbers in them. */
  @oneOf(["text", "number"])
  compare: string = "text";
  /** With `number`: allowed difference, as a share of the reference. */
  @range(0, 1)
  tolerance: f64 = 0;
}

@plugin({ name: "numeric-match", reads: ["output", "expected"] })
export class NumericMatch extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const line = this.extract(input.output);
    const answer = withoutCommas(line);
    const references = input.references;
    let right = false;
    for (let index = 0; index < references.length; index++) {
      const expected = this.extract(references[index]);
      if (expected.length == 0) invalidInput("Cannot evaluate: right answer " + (index + 1).toString() + " is blank");
      right = right || (this.config.compare == "text" ? answer == withoutCommas(expected) : this.same(line, expected));
    }
    return Evaluation.pass(right).explain(excerpt(answer));
  }

  /** The line after the marker. */
  private extract(text: string): string {
    const marker = this.config.after;
    const at = marker.length == 0 ? -1 : text.lastIndexOf(marker);
    const rest = at < 0 ? text : text.substring(at + marker.length);
    const end = rest.indexOf("\n");
    return strip(at < 0 || end < 0 ? rest : rest.substring(0, end));
  }

  private same(answer: string, expected: string): bool {
    const number = lastNumber(answer);
    const right = lastNumber(expected);
    return abs(number - right) <= this.config.tolerance * abs(right);
  }
}

function withoutCommas(text: string): string {
  return strip(text.replaceAll(",", ""));
}

/** The last number in a text; NaN, which equals nothing, if there is none. */
function lastNumber(text: string): f64 {
  const numbers = findNumbers(text);
  return numbers.length == 0 ? NaN : numbers[numbers.length - 1].value;
}
