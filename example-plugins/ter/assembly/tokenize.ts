import { separateMarks } from "@testbench/plugins-sdk";

/** Prepares a line as Tercom does; words lie between white space. The letters' case is as it came. */
export function tokenize(line: string, normalized: bool, noMarks: bool, asian: bool): string {
  if (normalized) {
    line = separateWestern(line);
    if (asian) line = separateAsian(line);
  }
  if (noMarks) line = withoutMarks(line, asian);
  return line;
}

function separateWestern(line: string): string {
  line = line
    .replaceAll("\n-", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return separateMarks(line, true);
}

/**
 * Puts spaces around each Chinese character and each Asian mark.
 *
 * Tercom would do so around stretches of kana, too, but its expressions only match at the start of a line, where
 * `separateMarks` has put a space.
 */
function separateAsian(line: string): string {
  let result = "";
  let start = 0;
  for (let index = 0; index < line.length; index++) {
    const unit = line.charCodeAt(index);
    if (!isIdeograph(unit) && !isAsianMark(unit)) continue;
    result += line.substring(start, index) + " " + line.charAt(index) + " ";
    start = index + 1;
  }
  return result + line.substring(start);
}

/** Ranges as Tercom's port has them, from U+3200 to U+3F22, too, which is wider than the block it names. */
function isIdeograph(unit: i32): bool {
  return (
    (unit >= 0x3200 && unit <= 0x4dbf) || (unit >= 0x4e00 && unit <= 0x9fff) || (unit >= 0x31c0 && unit <= 0x31ef) ||
    (unit >= 0x2e80 && unit <= 0x2eff) || (unit >= 0xf900 && unit <= 0xfaff) || (unit >= 0xfe30 && unit <= 0xfe4f)
  );
}

function isAsianMark(unit: i32): bool {
  return (
    unit == 0x3001 || unit == 0x3002 || (unit >= 0x3008 && unit <= 0x3011) || (unit >= 0x3014 && unit <= 0x301f) ||
    (unit >= 0xff61 && unit <= 0xff65) || unit == 0x30fb || unit == 0xff0e || unit == 0xff0c || unit == 0xff1f ||
    unit == 0xff1a || unit == 0xff1b || unit == 0xff01 || unit == 0xff02 || unit == 0xff08 || unit == 0xff09
  );
}

function withoutMarks(line: string, asian: bool): string {
  let result = "";
  let start = 0;
  for (let index = 0; index < line.length; index++) {
    const unit = line.charCodeAt(index);
    if (!'.,?:;!"()'.includes(line.charAt(index)) && !(asian && isAsianMark(unit))) continue;
    result += line.substring(start, index);
    start = index + 1;
  }
  return result + line.substring(start);
}
