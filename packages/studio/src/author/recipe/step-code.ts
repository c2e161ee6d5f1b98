import { textLiteral } from './literals.js';
import type { Step } from './recipe.js';

/** Helper functions of the generated source, each written once and only if a step needs it. */
export const HELPERS = {
  textAfter: `/** What follows the first or the last \`marker\`; empty without one. */
function textAfter(text: string, marker: string, last: bool): string {
  const at = last ? text.lastIndexOf(marker) : text.indexOf(marker);
  return at < 0 ? "" : text.substring(at + marker.length);
}`,
  textBefore: `/** What goes before the first or the last \`marker\`; empty without one. */
function textBefore(text: string, marker: string, last: bool): string {
  const at = last ? text.lastIndexOf(marker) : text.indexOf(marker);
  return at < 0 ? "" : text.substring(0, at);
}`,
  lineOf: `/** The first or the last line that is not blank. */
function lineOf(text: string, last: bool): string {
  const lines = text.split("\\n");
  let found = "";
  for (let index = 0; index < lines.length; index++) {
    if (strip(lines[index]).length == 0) continue;
    found = lines[index];
    if (!last) break;
  }
  return found;
}`,
  groupOf: `/** What a group took in the first or the last match; empty without a match. */
function groupOf(text: string, pattern: Regex, group: i32, last: bool): string {
  if (!last) {
    const match = pattern.match(text);
    return match === null ? "" : match.group(group);
  }
  const matches = pattern.matchAll(text);
  return matches.length == 0 ? "" : matches[matches.length - 1].group(group);
}`,
  jsonAt: `/** A field of the JSON that the text is or holds; empty if there is none. */
function jsonAt(text: string, path: string): string {
  const value = findJson(text);
  return path.length == 0 ? value.text() : new FieldPath(path).find(value).text();
}`,
  numberIn: `/** The first or the last number, in plain digits; empty if there is none. */
function numberIn(text: string, last: bool): string {
  const numbers = findNumbers(text);
  if (numbers.length == 0) return "";
  return numbers[last ? numbers.length - 1 : 0].text;
}`,
  areEqual: `/** True if both are the same; nothing is equal to what is not there. */
function areEqual(left: string, right: string): bool {
  return left.length > 0 && left == right;
}`,
  areContained: `/** True if \`text\` has \`part\` in it, and there is a part. */
function areContained(text: string, part: string): bool {
  return part.length > 0 && text.includes(part);
}`,
  areNear: `/** True if the last numbers in both differ by at most a share of the right one. */
function areNear(left: string, right: string, tolerance: f64): bool {
  const found = findNumbers(left);
  const expected = findNumbers(right);
  if (found.length == 0 || expected.length == 0) return false;
  const number = expected[expected.length - 1].value;
  return abs(found[found.length - 1].value - number) <= tolerance * abs(number);
}`,
  similarity: `/** 1 for the same texts, 0 for texts that have nothing in common: edits between them as a share of the longer one. */
function similarity(left: string, right: string): f64 {
  const a = toCodePoints(left);
  const b = toCodePoints(right);
  const longest = max(a.length, b.length);
  if (longest == 0) return 0;
  return 1 - f64(levenshteinDistance(a, b)) / f64(longest);
}`,
  showStep: `/** Logs what a step gave, as JSON: the log has no line breaks. */
function showStep(place: string, text: string): void {
  log.debug(place + "\\t" + new JsonWriter().string(excerpt(text, 2000)).toString());
}`,
} as const;

/** Name of a helper. */
export type Helper = keyof typeof HELPERS;

/** Imports of each helper from the library. */
export const HELPER_IMPORTS: Readonly<Record<Helper, readonly string[]>> = {
  textAfter: [],
  textBefore: [],
  lineOf: ['strip'],
  groupOf: ['Regex'],
  jsonAt: ['FieldPath', 'findJson'],
  numberIn: ['findNumbers'],
  areEqual: [],
  areContained: [],
  areNear: ['findNumbers'],
  similarity: ['levenshteinDistance', 'toCodePoints'],
  showStep: ['JsonWriter', 'excerpt', 'log'],
};

/** The code of a step in the source. */
export interface StepCode {
  /** Evaluates to the changed `text`. */
  readonly expression: string;
  readonly helper?: Helper;
  readonly imports?: readonly string[];
  /** The regular expression that the expression uses by its variable, and that is compiled once. */
  readonly pattern?: { readonly source: string; readonly flags: string };
}

/**
 * The code of one step.
 *
 * @param variable Name for the step's regular expression, if it has one.
 */
export function codeOfStep(step: Step, variable: string): StepCode {
  switch (step.kind) {
    case 'after':
    case 'before': {
      const helper = step.kind === 'after' ? 'textAfter' : 'textBefore';
      const call = `${helper}(text, ${textLiteral(step.marker)}, ${step.which === 'last'})`;
      return { expression: call, helper };
    }
    case 'line':
      return { expression: `lineOf(text, ${step.which === 'last'})`, helper: 'lineOf' };
    case 'number':
      return { expression: `numberIn(text, ${step.which === 'last'})`, helper: 'numberIn' };
    case 'regex':
      return {
        expression: `groupOf(text, ${variable}, ${groupNumber(step.group)}, ${step.which === 'last'})`,
        helper: 'groupOf',
        pattern: { source: step.pattern, flags: step.ignoreCase ? 'i' : '' },
      };
    case 'json':
      return { expression: `jsonAt(text, ${textLiteral(fieldPath(step.path))})`, helper: 'jsonAt' };
    case 'remove':
      return { expression: `text.replaceAll(${textLiteral(step.marker)}, "")` };
    case 'replace': {
      const [marker, replacement] = [step.marker, step.replacement].map(textLiteral);
      return { expression: `text.replaceAll(${marker}, ${replacement})` };
    }
    default:
      return codeOfNormalizing(step.kind);
  }
}

const NORMALIZING = {
  trim: 'strip',
  spaces: 'collapseSpace',
  lower: 'foldCase',
  punctuation: 'withoutPunctuation',
  answer: 'normalizeAnswer',
} as const;

function codeOfNormalizing(kind: keyof typeof NORMALIZING): StepCode {
  const name = NORMALIZING[kind];
  return { expression: `${name}(text)`, imports: [name] };
}

function groupNumber(group: number): number {
  return Number.isInteger(group) && group >= 0 && group <= 99 ? group : 0;
}

/** Converts `$.items[0].name` to the library's form: `items.0.name`. */
function fieldPath(path: string): string {
  return path
    .replace(/^\$\.?/, '')
    .replaceAll(/\[(?:'([^'\]]*)'|"([^"\]]*)"|(\d+))\]/g, (_, single, double, index) => {
      return `.${single ?? double ?? index}`;
    })
    .replace(/^\./, '');
}
