import {
  collapseSpace, Evaluation, Evaluator, EvaluatorInput, isDigit, plugin, withoutPunctuation,
} from "@testbench/plugins-sdk";

class Options {
  /** Takes upper and lower case for the same. */
  ignore_case: bool = false;
  /** Leaves ASCII punctuation out of the comparison. */
  ignore_punctuation: bool = false;
  /** Leaves the digits 0 to 9 out of the comparison. */
  ignore_numbers: bool = false;
  /** Takes any white space for one space, and none at the ends. */
  ignore_space: bool = true;
}

@plugin({ name: "exact-match" })
export class ExactMatch extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const output = this.normalize(input.output);
    const references = input.references;
    for (let index = 0; index < references.length; index++) {
      if (this.normalize(references[index]) == output) return Evaluation.pass(true);
    }
    return Evaluation.pass(false);
  }

  private normalize(text: string): string {
    const config = this.config;
    if (config.ignore_case) text = text.toLowerCase();
    if (config.ignore_punctuation) text = withoutPunctuation(text);
    if (config.ignore_numbers) text = withoutDigits(text);
    return config.ignore_space ? collapseSpace(text) : text;
  }
}

function withoutDigits(text: string): string {
  let kept = "";
  for (let index = 0; index < text.length; index++) {
    if (!isDigit(text.charCodeAt(index))) kept += text.charAt(index);
  }
  return kept;
}
