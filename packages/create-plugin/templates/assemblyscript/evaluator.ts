import { Evaluation, Evaluator, EvaluatorInput, plugin } from "@testbench/plugins-sdk";

class Options {
  /** Ignores case. */
  ignore_case: bool = false;
}

@plugin({ name: "{{NAME}}" })
export class {{CLASS}} extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const keywords = input.references;
    const answer = this.normalize(input.output);
    let found = 0;
    for (let index = 0; index < keywords.length; index++) {
      const keyword = this.normalize(keywords[index]);
      if (keyword.length > 0 && answer.includes(keyword)) found++;
    }
    return new Evaluation(f64(found) / f64(max(1, keywords.length))).metric("found", found);
  }

  private normalize(text: string): string {
    return this.config.ignore_case ? text.toLowerCase() : text;
  }
}
