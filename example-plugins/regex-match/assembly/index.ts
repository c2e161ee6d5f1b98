import {
  Evaluation, Evaluator, EvaluatorInput, excerpt, foldCase, plugin, refuseBlank, Regex, RegexMatch, strip,
} from "@testbench/plugins-sdk";

class Options {
  /** The regular expression. Empty: each reference is a pattern. */
  pattern: string = "";
  /** Requires the whole answer to match. */
  whole: bool = false;
  /** Ignores case. */
  ignore_case: bool = false;
  /** Lets `^` and `$` match at line ends. */
  multiline: bool = false;
  /** Lets `.` match line ends. */
  dot_all: bool = false;
  /** Compares what the first group captured with the references. */
  compare_group: bool = false;
  /** Inverts the result. */
  negate: bool = false;
}

@plugin({ name: "regex-match", reads: ["output", "expected"] })
export class RegexEvaluator extends Evaluator {
  config: Options = new Options();
  private compiled: Regex[] = [];

  start(): void {
    if (this.config.pattern.length > 0) this.regex(this.config.pattern);
  }

  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.output;
    const pattern = this.config.pattern;
    if (pattern.length == 0) {
      const patterns = input.references;
      for (let index = 0; index < patterns.length; index++) {
        if (strip(patterns[index]).length == 0) refuseBlank(index);
      }
      for (let index = 0; index < patterns.length; index++) {
        const match = this.regex(patterns[index]).match(output);
        if (match !== null) return this.judge(true, match);
      }
      return this.judge(false, null);
    }
    const match = this.regex(pattern).match(output);
    if (match === null || !this.config.compare_group) return this.judge(match !== null, match);
    const references = input.references;
    for (let index = 0; index < references.length; index++) {
      if (this.same(taken(match), references[index])) return this.judge(true, match);
    }
    return this.judge(false, match);
  }

  private judge(right: bool, match: RegexMatch | null): Evaluation {
    const evaluation = Evaluation.pass(right != this.config.negate);
    return match === null ? evaluation : evaluation.explain('found "' + excerpt(taken(match)) + '"');
  }

  private same(a: string, b: string): bool {
    a = strip(a);
    b = strip(b);
    return this.config.ignore_case ? foldCase(a) == foldCase(b) : a == b;
  }

  /** Compiles a pattern, or gives it as compiled before: a dataset uses few. */
  private regex(pattern: string): Regex {
    const config = this.config;
    for (let index = 0; index < this.compiled.length; index++) {
      if (this.compiled[index].pattern == pattern) return this.compiled[index];
    }
    const flags = (config.ignore_case ? "i" : "") + (config.multiline ? "m" : "") + (config.dot_all ? "s" : "");
    const regex = new Regex(pattern, flags, config.whole);
    if (this.compiled.length == 16) this.compiled.shift();
    this.compiled.push(regex);
    return regex;
  }
}

/** What the first group with a part in the match took; without one, the whole match. */
function taken(match: RegexMatch): string {
  for (let group = 1; group <= match.groups; group++) if (match.has(group)) return match.group(group);
  return match.value;
}
