import {
  collapseSpace, Evaluation, Evaluator, EvaluatorInput, invalidInput, isDigit, Json, JsonWriter, lowerCase, plugin, Regex, TextBuilder, withoutPunctuation,
} from "@testbench/plugins-sdk";

class Options {
  /** Regular expressions whose matches are deleted first. */
  regexes_to_ignore: string[] = [];
  /** Lower-cases both sides. */
  ignore_case: bool = false;
  /** Deletes ASCII punctuation. */
  ignore_punctuation: bool = false;
  /** Deletes the digits 0 to 9. */
  ignore_numbers: bool = false;
  /** Collapses white space to one space and removes it at the ends. */
  ignore_space: bool = true;
  /** Compares JSON values if either side is an object, a list or null. The order of keys counts. */
  compare_json: bool = false;
}

@plugin({ name: "exact-match", reads: ["output", "expected"] })
export class ExactMatch extends Evaluator {
  config: Options = new Options();
  private regexes: Regex[] = [];

  start(): void {
    const patterns = this.config.regexes_to_ignore;
    for (let index = 0; index < patterns.length; index++) this.regexes.push(new Regex(patterns[index]));
  }

  evaluate(input: EvaluatorInput): Evaluation {
    if (this.config.compare_json) {
      const expected = input.field("expected");
      // null is a value like others; what is not there at all would equal an answer of null.
      if (!expected.exists && !expected.isNull) invalidInput('Cannot evaluate: field "expected" is missing');
      return Evaluation.pass(sameJson(input.field("output"), expected));
    }
    const output = this.normalize(input.output);
    const references = input.references;
    for (let index = 0; index < references.length; index++) {
      if (this.normalize(references[index]) == output) return Evaluation.pass(true);
    }
    return Evaluation.pass(false);
  }

  private normalize(text: string): string {
    const config = this.config;
    for (let index = 0; index < this.regexes.length; index++) text = this.regexes[index].replace(text, "");
    if (config.ignore_case) text = lowerCase(text);
    if (config.ignore_punctuation) text = withoutPunctuation(text);
    if (config.ignore_numbers) text = withoutDigits(text);
    return config.ignore_space ? collapseSpace(text) : text;
  }
}

function withoutDigits(text: string): string {
  const kept = new TextBuilder();
  for (let index = 0; index < text.length; index++) {
    if (!isDigit(text.charCodeAt(index))) kept.addUnit(text.charCodeAt(index));
  }
  return kept.toString();
}

/** As autoevals' ExactMatch: text that is JSON equals the value that it stands for, if there is one on the other side. */
function sameJson(output: Json, expected: Json): bool {
  const structured = isStructured(output) || isStructured(expected);
  return jsonText(output, structured) == jsonText(expected, structured);
}

function isStructured(value: Json): bool {
  return value.isObject || value.isArray || !value.exists;
}

function jsonText(value: Json, structured: bool): string {
  if (value.isString) {
    const inner = structured ? Json.parse(value.text()) : Json.missing;
    if (inner.kindName == "nothing") return value.text();
    value = inner;
  }
  const out = new JsonWriter();
  rewrite(value, out);
  return out.toString();
}

/** Writes a value without spaces, its keys in their order; of two equal ones, the last value in the place of the first. */
function rewrite(value: Json, out: JsonWriter): void {
  if (value.isObject) {
    out.object();
    const seen = new Set<string>();
    for (let index = 0; index < value.length; index++) {
      const key = value.keyAt(index);
      if (seen.has(key)) continue;
      seen.add(key);
      rewrite(value.get(key), out.key(key));
    }
    out.end();
  } else if (value.isArray) {
    out.array();
    for (let index = 0; index < value.length; index++) rewrite(value.at(index), out);
    out.end();
  } else if (value.isString) {
    out.string(value.text());
  } else if (value.isNumber) {
    out.number(value.number());
  } else if (value.isBoolean) {
    out.boolean(value.boolean());
  } else {
    out.null();
  }
}
