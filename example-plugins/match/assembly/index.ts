import {
  Evaluation, Evaluator, EvaluatorInput, findNumbers, foldCase, isAsciiPunctuation, isSpace, oneOf, plugin, readNumber, refuseBlank, strip,
  TextBuilder,
} from "@testbench/plugins-sdk";

/** Marks that stick to a number in a sentence. "60%" is not 60, so there is no percent sign. */
const EDGE_MARKS: string = "!?:;()[]{}'\"`~<=>@#^&|";

class Options {
  /** Where the reference must stand. */
  @oneOf(["begin", "end", "any", "exact"])
  location: string = "end";
  /** Folds case before comparing. */
  ignore_case: bool = true;
  /** Ignores white space and ASCII punctuation at the ends. */
  ignore_punctuation: bool = true;
  /** Compares by value, to five significant digits, if the reference is a number. */
  numeric: bool = false;
}

@plugin({ name: "match", reads: ["output", "expected"] })
export class Match extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.output;
    const references = input.references;
    let right = false;
    for (let index = 0; index < references.length; index++) {
      // All of them, so that a blank one is found.
      right = this.matches(output, references[index], index) || right;
    }
    return Evaluation.pass(right);
  }

  private matches(output: string, expected: string, place: i32): bool {
    const config = this.config;
    output = strip(output);
    expected = strip(expected);
    if (config.numeric) {
      const wanted = readNumber(expected);
      // No falling through to text: "25" ends with "5", but is not 5. "60%" is no number, so that it equals no 60.
      if (wanted !== null && !wanted.isPercent) return this.matchesNumber(output, wanted.value);
      output = withoutEscapes(output);
      expected = withoutEscapes(expected);
    }
    if (config.ignore_case) {
      output = foldCase(output);
      expected = foldCase(expected);
    }
    if (config.ignore_punctuation) {
      const bare = stripMarks(expected);
      // Of "+" nothing would be left, and nothing is found everywhere.
      if (bare.length > 0) {
        output = stripMarks(output);
        expected = bare;
      }
    }
    if (config.location == "exact") return output == expected;
    if (expected.length == 0) refuseBlank(place);
    if (config.location == "begin") return output.startsWith(expected);
    return config.location == "end" ? output.endsWith(expected) : output.includes(expected);
  }

  private matchesNumber(output: string, wanted: f64): bool {
    const location = this.config.location;
    if (location == "exact") {
      const whole = readNumber(output);
      return whole !== null && !whole.isPercent && sameNumber(whole.value, wanted);
    }
    const numbers = findNumbers(output, EDGE_MARKS);
    const count = numbers.length;
    for (let index = 0; index < count; index++) {
      const number = numbers[location == "end" ? count - 1 - index : index];
      // "60%", "5abc" and "28+32=60" are no numbers that stand by themselves.
      if (!number.isAlone || number.isPercent) continue;
      if (location != "any" || sameNumber(number.value, wanted)) return sameNumber(number.value, wanted);
    }
    return false;
  }
}

/** Compares to five significant digits. */
function sameNumber(a: f64, b: f64): bool {
  return a == b || round(a) == round(b);
}

function round(value: f64): f64 {
  if (value == 0) return 0;
  const scale = Math.pow(10, 4 - Math.floor(Math.log10(abs(value))));
  return isFinite(scale) && scale != 0 ? nearest(value * scale) / scale : value;
}

/** Without the backslashes that keep Markdown from reading the mark after them: `\\$20`, `\\*5\\*`. */
function withoutEscapes(text: string): string {
  const kept = new TextBuilder();
  for (let index = 0; index < text.length; index++) {
    const next = index + 1 < text.length ? text.charCodeAt(index + 1) : 0;
    if (text.charCodeAt(index) == 0x5c && isAsciiPunctuation(next)) index++;
    kept.addUnit(text.charCodeAt(index));
  }
  return kept.toString();
}

function stripMarks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isEdge(text.charCodeAt(start))) start++;
  while (end > start && isEdge(text.charCodeAt(end - 1))) end--;
  return text.substring(start, end);
}

/** ASCII white space or punctuation. */
function isEdge(unit: i32): bool {
  return (unit < 0x80 && isSpace(unit) && (unit < 0x1c || unit == 0x20)) || isAsciiPunctuation(unit);
}
