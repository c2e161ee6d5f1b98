import {
  Evaluation, Evaluator, EvaluatorInput, isAsciiPunctuation, isSpace, oneOf, plugin, splitWords, strip, TextBuilder,
} from "@testbench/plugins-sdk";

import { digitValue, parseNumber } from "./numbers";

/** Marks that stick to a number in a sentence. "60%" is not 60, so there is no percent sign. */
const EDGE_MARKS: string = "!?:;()[]{}'\"`~<=>@#^&|";

class Options {
  /** Where the right answer has to stand. */
  @oneOf(["begin", "end", "any", "exact"])
  location: string = "end";
  /** Takes upper and lower case for the same. */
  ignore_case: bool = true;
  /** Leaves out white space and ASCII punctuation at the ends. */
  ignore_punctuation: bool = true;
  /** Compares numbers by value, to five significant digits, if the right answer is one. */
  numeric: bool = false;
}

@plugin({ name: "match" })
export class Match extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.output;
    const references = input.references;
    for (let index = 0; index < references.length; index++) {
      if (this.matches(output, references[index])) return Evaluation.pass(true);
    }
    return Evaluation.pass(false);
  }

  private matches(output: string, expected: string): bool {
    const config = this.config;
    output = strip(output);
    expected = strip(expected);
    if (config.ignore_case) {
      output = output.toLowerCase();
      expected = expected.toLowerCase();
    }
    if (config.numeric) {
      expected = withoutNumericMarks(expected);
      const wanted = parseNumber(expected);
      // No falling through to text: "25" ends with "5", but is not 5.
      if (isFinite(wanted)) return this.matchesNumber(withoutNumericMarks(output), wanted);
    }
    if (config.ignore_punctuation) {
      output = stripMarks(output);
      expected = stripMarks(expected);
    }
    if (config.location == "begin") return output.startsWith(expected);
    if (config.location == "end") return output.endsWith(expected);
    return config.location == "exact" ? output == expected : output.includes(expected);
  }

  private matchesNumber(output: string, wanted: f64): bool {
    const location = this.config.location;
    if (location == "exact") return sameNumber(parseNumber(output), wanted);
    const words = splitWords(output);
    const count = words.length;
    for (let index = 0; index < count; index++) {
      const number = tokenNumber(words[location == "end" ? count - 1 - index : index]);
      if (!isFinite(number)) continue;
      if (location != "any" || sameNumber(number, wanted)) return sameNumber(number, wanted);
    }
    return false;
  }
}

/** The number that a word is, with or without the marks around it; NaN if it is none. */
function tokenNumber(word: string): f64 {
  const number = parseNumber(word);
  if (isFinite(number)) return number;
  let start = 0;
  let end = word.length;
  while (start < end && EDGE_MARKS.includes(word.charAt(start))) start++;
  while (end > start && EDGE_MARKS.includes(word.charAt(end - 1))) end--;
  return parseNumber(word.substring(start, end));
}

/** Compares to five significant digits. */
function sameNumber(a: f64, b: f64): bool {
  if (!isFinite(a)) return false;
  return a == b || round(a) == round(b);
}

function round(value: f64): f64 {
  if (value == 0) return 0;
  const scale = Math.pow(10, 4 - Math.floor(Math.log10(abs(value))));
  return isFinite(scale) && scale != 0 ? nearest(value * scale) / scale : value;
}

/** `$`, `,`, `£`, `€`, and the `*` and `_` of markdown. */
function isNumericMark(unit: i32): bool {
  return unit == 0x24 || unit == 0x2c || unit == 0xa3 || unit == 0x20ac || unit == 0x2a || unit == 0x5f;
}

/** Without such marks, and without points that no digit follows. */
function withoutNumericMarks(text: string): string {
  const kept = new TextBuilder();
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (isNumericMark(unit)) continue;
    if (unit == 0x2e && (index + 1 == text.length || digitValue(nextKept(text, index + 1)) < 0)) continue;
    kept.addUnit(unit);
  }
  return kept.toString();
}

/** The first unit at or after `index` that is no such mark: those go before the points are looked at. */
function nextKept(text: string, index: i32): i32 {
  while (index < text.length) {
    const unit = text.charCodeAt(index);
    if (!isNumericMark(unit)) return unit;
    index++;
  }
  return 0;
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
