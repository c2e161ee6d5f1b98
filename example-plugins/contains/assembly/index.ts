import { Evaluation, Evaluator, EvaluatorInput, oneOf, plugin } from "@testbench/plugins-sdk";

class Options {
  /** The texts to look for; if there are none, the record's right answers. */
  texts: string[] = [];
  /** How many of the texts have to be there; `share` scores the fraction that is. */
  @oneOf(["any", "all", "none", "share"])
  require: string = "any";
  /** Takes upper and lower case for the same. */
  ignore_case: bool = true;
}

@plugin({ name: "contains" })
export class Contains extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const output = this.fold(input.output);
    const texts = this.config.texts.length > 0 ? this.config.texts : input.references;
    let missing = "";
    let found = 0;
    for (let index = 0; index < texts.length; index++) {
      if (output.includes(this.fold(texts[index]))) found++;
      else if (missing.length == 0) missing = texts[index];
    }
    const evaluation = new Evaluation(this.score(found, texts.length)).metric("found", found);
    if (missing.length > 0) evaluation.explain('not found: "' + missing + '"');
    return evaluation;
  }

  private score(found: i32, all: i32): f64 {
    const require = this.config.require;
    if (require == "any") return found > 0 ? 1 : 0;
    if (require == "all") return found == all ? 1 : 0;
    if (require == "none") return found == 0 ? 1 : 0;
    return all > 0 ? <f64>found / all : 0;
  }

  private fold(text: string): string {
    return this.config.ignore_case ? text.toLowerCase() : text;
  }
}
