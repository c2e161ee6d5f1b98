import {
  Evaluation, Evaluator, EvaluatorInput, invalidInput, Json, JsonWriter, levenshteinDistance, plugin, strip, toCodePoints,
} from "@testbench/plugins-sdk";

class Options {
  /** Compares texts as texts even if they are JSON of an object or a list. */
  preserve_strings: bool = false;
}

@plugin({ name: "json-diff" })
export class JsonDiff extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const expected = input.field("expected");
    // null is a value like others; what is not there at all would equal an answer of null.
    if (!expected.exists && !expected.isNull) invalidInput('Cannot evaluate: field "expected" is missing');
    let output = input.field("output");
    // In a benchmark all answers are texts, so that this one says no less than the number that is right.
    if (input.record.exists && output.isString && (expected.isNumber || expected.isBoolean)) {
      const inner = Json.parse(strip(output.text()));
      if (inner.kind == expected.kind) output = inner;
    }
    return new Evaluation(this.compare(output, expected));
  }

  private compare(output: Json, expected: Json): f64 {
    if (!this.config.preserve_strings) {
      output = parsed(output);
      expected = parsed(expected);
    }
    if (output.isObject && expected.isObject) return this.compareObjects(output, expected);
    if (output.isArray && expected.isArray) return this.compareLists(output, expected);
    if (output.isString && expected.isString) return similarity(output.text(), expected.text());
    if (output.isNumber && expected.isNumber) return closeness(output.number(), expected.number());
    if (!output.exists || !expected.exists) return output.exists == expected.exists ? 1 : 0;
    return similarity(canonical(output), canonical(expected));
  }

  /** The mean over all keys of either; a key that one lacks counts as nothing there. */
  private compareObjects(output: Json, expected: Json): f64 {
    const keys = new Set<string>();
    for (let index = 0; index < output.length; index++) keys.add(output.keyAt(index));
    for (let index = 0; index < expected.length; index++) keys.add(expected.keyAt(index));
    const names = keys.values();
    if (names.length == 0) return 1;
    let sum: f64 = 0;
    for (let index = 0; index < names.length; index++) {
      sum += this.compare(output.get(names[index]), expected.get(names[index]));
    }
    return sum / names.length;
  }

  private compareLists(output: Json, expected: Json): f64 {
    const longest = max(output.length, expected.length);
    if (longest == 0) return 1;
    const both = min(output.length, expected.length);
    let sum: f64 = 0;
    for (let index = 0; index < both; index++) sum += this.compare(output.at(index), expected.at(index));
    return sum / longest;
  }
}

/** A text that is JSON of an object or a list, as that. */
function parsed(value: Json): Json {
  if (!value.isString) return value;
  const inner = Json.parse(value.text());
  return inner.isObject || inner.isArray ? inner : value;
}

function similarity(a: string, b: string): f64 {
  const left = toCodePoints(a);
  const right = toCodePoints(b);
  const length = max(left.length, right.length);
  return length == 0 ? 1 : 1 - <f64>levenshteinDistance(left, right) / length;
}

function closeness(a: f64, b: f64): f64 {
  const size = abs(a) + abs(b);
  return size == 0 ? 1 : 1 - abs(a - b) / size;
}

/** JSON without spaces, keys sorted, so that the same value is the same text. */
function canonical(value: Json): string {
  const out = new JsonWriter();
  write(value, out);
  return out.toString();
}

function write(value: Json, out: JsonWriter): void {
  if (value.isObject) {
    const keys: string[] = [];
    for (let index = 0; index < value.length; index++) keys.push(value.keyAt(index));
    keys.sort();
    out.object();
    for (let index = 0; index < keys.length; index++) {
      if (index > 0 && keys[index] == keys[index - 1]) continue;
      write(value.get(keys[index]), out.key(keys[index]));
    }
    out.end();
  } else if (value.isArray) {
    out.array();
    for (let index = 0; index < value.length; index++) write(value.at(index), out);
    out.end();
  } else if (value.isString) {
    out.string(value.text());
  } else if (value.isNumber) {
    out.number(value.number());
  } else {
    out.json(value);
  }
}
