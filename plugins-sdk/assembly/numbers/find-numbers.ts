import { Code, isBlank } from "./code";
import { NormalForm } from "./normal-form";
import { NumberReader } from "./number-reader";

/** A number in a text. */
@final
export class NumberInText {
  constructor(
    /** Place of its first UTF-16 unit, sign and currency included. */
    readonly start: i32,
    /** Place after its last unit. A unit of measure, a per cent sign and a point at the end of a sentence are not part of it. */
    readonly end: i32,
    /** Its value; a fraction is divided. */
    readonly value: f64,
    /** The number in ASCII: sign, digits as they were written without what groups them, point, exponent; `1/2` and `1 1/2` for fractions. */
    readonly text: string,
    /** True if a per cent sign follows. */
    readonly isPercent: bool,
    /** True if a currency sign goes before it. */
    readonly hasCurrency: bool,
    /** True if nothing but white space and marks of `around` stands next to it, up to the white space on both sides. */
    readonly isAlone: bool,
  ) {}
}

/**
 * Finds the numbers in a text, as people and models write them; the README of this library says what is one.
 *
 * @param around Marks that may stand next to a number that is alone, besides those of Markdown and LaTeX.
 * @returns They come in the order of the text. The time is linear.
 */
export function findNumbers(text: string, around: string = ""): NumberInText[] {
  const form = new NormalForm(text);
  const reader = new NumberReader(form);
  const numbers: NumberInText[] = [];
  while (reader.advance()) {
    numbers.push(
      new NumberInText(
        form.offset(reader.start),
        form.offset(reader.end),
        reader.value,
        reader.text,
        reader.isPercent,
        reader.hasCurrency,
        isAlone(form, reader.start, reader.end, around),
      ),
    );
  }
  return numbers;
}

/** The number that a text is as a whole, but for formatting, white space, and points and commas after it; null if it is none, or more than one. */
export function readNumber(text: string): NumberInText | null {
  const form = new NormalForm(text);
  const reader = new NumberReader(form);
  if (!reader.advance()) return null;
  let open = 0;
  for (let index = 0; index < reader.start; index++) {
    // Braces are those of a command: `\\boxed{5}`.
    if (form.at(index) == 0x7b && (open > 0 || form.at(index - 1) == Code.COMMAND)) open++;
    else if (!isFormatting(form.at(index), "")) return null;
  }
  for (let index = reader.isPercent ? afterPercent(form, reader.end) : reader.end; index < form.length; index++) {
    const code = form.at(index);
    if (code == 0x7d && open > 0) open--;
    else if (code != 0x2e && code != 0x2c && !isFormatting(code, "")) return null;
  }
  return new NumberInText(
    form.offset(reader.start), form.offset(reader.end), reader.value, reader.text, reader.isPercent, reader.hasCurrency, true,
  );
}

function afterPercent(form: NormalForm, end: i32): i32 {
  return (isBlank(form.at(end)) ? end + 1 : end) + 1;
}

function isAlone(form: NormalForm, start: i32, end: i32, around: string): bool {
  while (start > 0 && !isBlank(form.at(start - 1))) if (!isMark(form.at(--start), around)) return false;
  while (end < form.length && !isBlank(form.at(end))) if (!isMark(form.at(end++), around)) return false;
  return true;
}

function isMark(code: i32, around: string): bool {
  return code == 0x2e || code == 0x2c || code == 0x7b || code == 0x7d || isFormatting(code, around);
}

/** White space, the formatting of Markdown and LaTeX, and the marks of `around`. */
function isFormatting(code: i32, around: string): bool {
  if (isBlank(code) || code == Code.COMMAND || code == Code.MATH || code == 0x24) return true;
  if (code == 0x2a || code == 0x5f) return true;
  for (let index = 0; index < around.length; index++) if (around.charCodeAt(index) == code) return true;
  return false;
}
