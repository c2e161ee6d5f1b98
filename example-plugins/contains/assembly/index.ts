import { Evaluation, Evaluator, EvaluatorInput, foldCase, invalidInput, oneOf, plugin, refuseBlank, strip } from "@testbench/plugins-sdk";

class Options {
  /** The texts to look for. Empty: the references of the record. */
  texts: string[] = [];
  /** How many of the texts must occur; `share` scores the fraction that does. */
  @oneOf(["any", "all", "none", "share"])
  require: string = "any";
  /** Folds case before comparing. */
  ignore_case: bool = true;
}

@plugin({ name: "contains", reads: ["output", "expected"] })
export class Contains extends Evaluator {
  config: Options = new Options();

  start(): void {
    const texts = this.config.texts;
    for (let index = 0; index < texts.length; index++) {
      if (strip(texts[index]).length == 0) invalidInput("Cannot look for a text: texts[" + index.toString() + "] is blank, which every answer has");
    }
  }

  evaluate(input: EvaluatorInput): Evaluation {
    const output = this.fold(input.output);
    const given = this.config.texts.length > 0;
    const texts = given ? this.config.texts : input.references;
    let missing = "";
    let present = "";
    let found = 0;
    for (let index = 0; index < texts.length; index++) {
      if (!given && strip(texts[index]).length == 0) refuseBlank(index);
      if (!output.includes(this.fold(texts[index]))) {
        if (missing.length == 0) missing = texts[index];
      } else if (found++ == 0) {
        present = texts[index];
      }
    }
    const evaluation = new Evaluation(this.score(found, texts.length)).metric("found", found);
    // What cost the score, if anything did.
    if (evaluation.score == 1) return evaluation;
    return this.config.require == "none" ? evaluation.explain('found: "' + present + '"') : evaluation.explain('not found: "' + missing + '"');
  }

  private score(found: i32, all: i32): f64 {
    const require = this.config.require;
    if (require == "any") return found > 0 ? 1 : 0;
    if (require == "all") return found == all ? 1 : 0;
    if (require == "none") return found == 0 ? 1 : 0;
    return all > 0 ? <f64>found / all : 0;
  }

  private fold(text: string): string {
    return this.config.ignore_case ? foldCase(text) : text;
  }
}
