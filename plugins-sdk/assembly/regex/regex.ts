import { invalidInput } from "../plugin/failure";
import { TextBuilder } from "../text/text-builder";
import { Compiler } from "./compile";
import { Matcher } from "./matcher";
import { Node, NodeKind } from "./node";
import { PatternParser } from "./parse";
import { MAX_INSTRUCTIONS, MAX_LEVELS, MAX_PLACES, Op, Program } from "./program";

/** Where a regular expression matched. Places are UTF-16 units, as in `text.substring`. */
@final
export class RegexMatch {
  /** For this library. */
  constructor(
    private text: string,
    private places: StaticArray<i32>,
    private names: string[],
  ) {}

  /** First unit of the match. */
  get start(): i32 {
    return this.places[0];
  }

  /** First unit after the match. */
  get end(): i32 {
    return this.places[1];
  }

  /** The text that matched. */
  get value(): string {
    return this.group(0);
  }

  /** Number of groups, without the whole match. */
  get groups(): i32 {
    return (this.places.length >>> 1) - 1;
  }

  /** What group `number` matched, from 1; 0 is the whole. Empty if the group took no part. */
  group(number: i32): string {
    return this.has(number) ? this.text.substring(this.places[number * 2], this.places[number * 2 + 1]) : "";
  }

  /** True if group `number` took part in the match. */
  has(number: i32): bool {
    return number >= 0 && number * 2 < this.places.length && this.places[number * 2] >= 0;
  }

  /** First unit of group `number`; -1 if it took no part. */
  groupStart(number: i32): i32 {
    return this.has(number) ? this.places[number * 2] : -1;
  }

  /** First unit after group `number`; -1 if it took no part. */
  groupEnd(number: i32): i32 {
    return this.has(number) ? this.places[number * 2 + 1] : -1;
  }

  /** What the group `(?<name>…)` matched; empty if it took no part or there is none. */
  named(name: string): string {
    return this.group(this.names.indexOf(name));
  }
}

/**
 * A regular expression for which `test` and `match` take a time that is bounded by the steps of the pattern times the
 * length of the text (and times the loops within each other that may be empty, of which there may be 16). `matchAll`,
 * `replace` and `split` start again after each match.
 *
 * Syntax and results are those of JavaScript's `RegExp` with the flag `u`: `.` `[a-z]` `[^…]` `\d` `\w` `\s`
 * `\D` `\W` `\S` `\b` `\B` `^` `$` `(…)` `(?:…)` `(?<name>…)` `|` `*` `+` `?` `{2,4}`, all of these also lazy
 * (`*?`), `\n` `\t` `\xHH` `\uHHHH` `\u{H…}`. A character is a code point. There is no lookaround, no
 * reference to a group and no `\p`.
 *
 * Compile it once, in `start` or in a field: compiling costs more than most matches.
 */
@final
export class Regex {
  /** What is wrong with the pattern; empty if nothing is. */
  readonly problem: string;
  private matcher: Matcher | null = null;
  private names: string[];

  /**
   * Compiles a pattern. A wrong one fails the call, or the loading if it is done in `start`, with a
   * message that says what is wrong and where; such an expression matches nothing.
   *
   * @param flags Any of `i` (case does not count), `m` (`^` and `$` match at lines), `s` (`.` matches ends of lines).
   * @param whole Wants the whole text to match, not a part of it.
   */
  constructor(
    readonly pattern: string,
    readonly flags: string = "",
    whole: bool = false,
  ) {
    const ignoreCase = flags.includes("i");
    const parser = new PatternParser(pattern, ignoreCase, flags.includes("m"), flags.includes("s"));
    const root = parser.parse();
    let problem = parser.problem;
    for (let index = 0; index < flags.length; index++) {
      if (!"ims".includes(flags.charAt(index))) problem = 'there is no flag "' + flags.charAt(index) + '"';
    }
    if (problem.length == 0) {
      const compiler = new Compiler(ignoreCase);
      const program = compiler.compile(whole ? wholeText(root) : root, parser.groups);
      problem = sizeProblem(program);
      if (problem.length == 0) this.matcher = new Matcher(program, ignoreCase);
    }
    if (problem.length > 0) invalidInput('Cannot read the regular expression "' + pattern + '": ' + problem);
    this.names = parser.names;
    this.problem = problem;
  }

  /** True if the text has a match anywhere. */
  test(text: string): bool {
    const matcher = this.matcher;
    return matcher !== null && matcher.search(text, 0, true);
  }

  /** The first match that begins at unit `from` or after it; `null` if there is none. */
  match(text: string, from: i32 = 0): RegexMatch | null {
    const matcher = this.matcher;
    if (matcher === null || !matcher.search(text, from, false)) return null;
    return new RegexMatch(text, matcher.found.slice<StaticArray<i32>>(), this.names);
  }

  /** All matches that do not overlap, from the left. */
  matchAll(text: string): RegexMatch[] {
    const matches: RegexMatch[] = [];
    let from = 0;
    while (from <= text.length) {
      const match = this.match(text, from);
      if (match === null) break;
      matches.push(match);
      from = match.end;
      // After an empty match the search goes on one character later.
      if (match.start == from) from += from < text.length && text.codePointAt(from) > 0xffff ? 2 : 1;
    }
    return matches;
  }

  /**
   * The text with all matches replaced. In the replacement `$1` to `$99` and `$<name>` are groups, `$&` is the whole
   * match, and `$$` is a dollar sign.
   */
  replace(text: string, replacement: string): string {
    const matches = this.matchAll(text);
    if (matches.length == 0) return text;
    const result = new TextBuilder();
    let copied = 0;
    for (let index = 0; index < matches.length; index++) {
      const match = matches[index];
      result.addPart(text, copied, match.start);
      addReplacement(result, match, replacement);
      copied = match.end;
    }
    return result.addPart(text, copied, text.length).toString();
  }

  /** The parts of the text between the matches; an empty match splits nothing off at the ends. */
  split(text: string): string[] {
    const parts: string[] = [];
    const matches = this.matchAll(text);
    let start = 0;
    for (let index = 0; index < matches.length; index++) {
      const match = matches[index];
      if (match.start == match.end && (match.start == start || match.start == text.length)) continue;
      parts.push(text.substring(start, match.start));
      start = match.end;
    }
    parts.push(text.substring(start));
    return parts;
  }
}

/** The pattern between the text's start and its end, whatever its flags. */
function wholeText(root: Node): Node {
  const start = new Node(NodeKind.Assertion);
  start.value = Op.TextStart;
  const end = new Node(NodeKind.Assertion);
  end.value = Op.TextEnd;
  const node = new Node(NodeKind.Sequence);
  node.children.push(start);
  node.children.push(root);
  node.children.push(end);
  return node;
}

/** What is too large about a pattern; empty if nothing is. */
function sizeProblem(program: Program): string {
  if (program.length > MAX_INSTRUCTIONS) return "it takes more than " + MAX_INSTRUCTIONS.toString() + " steps; use smaller counts";
  if (program.levels > MAX_LEVELS) return "more than " + MAX_LEVELS.toString() + " loops that may be empty are within each other";
  if (program.length * (program.slots >> 1) > MAX_PLACES) return "it has too many groups for its size; use (?:…)";
  return "";
}

function addReplacement(result: TextBuilder, match: RegexMatch, replacement: string): void {
  const length = replacement.length;
  for (let index = 0; index < length; index++) {
    const unit = replacement.charCodeAt(index);
    const next = index + 1 < length ? replacement.charCodeAt(index + 1) : 0;
    if (unit != 0x24 || next == 0) {
      result.addUnit(unit);
    } else if (next == 0x24) {
      result.addUnit(0x24);
      index++;
    } else if (next == 0x26) {
      result.add(match.value);
      index++;
    } else if (next == 0x3c && replacement.indexOf(">", index) > 0) {
      const end = replacement.indexOf(">", index);
      result.add(match.named(replacement.substring(index + 2, end)));
      index = end;
    } else {
      const digits = groupDigits(replacement, index + 1, match.groups);
      if (digits == 0) {
        result.addUnit(unit);
      } else {
        result.add(match.group(numberAt(replacement, index + 1, digits)));
        index += digits;
      }
    }
  }
}

/** How many digits from `at` on name a group: two if there are so many groups, else one, else none. */
function groupDigits(text: string, at: i32, groups: i32): i32 {
  for (let digits = 2; digits > 0; digits--) {
    const number = numberAt(text, at, digits);
    if (number > 0 && number <= groups) return digits;
  }
  return 0;
}

/** The number that the given digits make; -1 if they are none. */
function numberAt(text: string, at: i32, digits: i32): i32 {
  let number = 0;
  for (let index = at; index < at + digits; index++) {
    const digit = index < text.length ? text.charCodeAt(index) - 0x30 : -1;
    if (<u32>digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
