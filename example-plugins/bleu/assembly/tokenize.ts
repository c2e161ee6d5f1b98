import { isDigit, splitWords, TextBuilder } from "@testbench/plugins-sdk";

/** Splits a line as sacreBLEU does with `tokenize="13a"`, `"char"` or `"none"`. */
export function tokenize(line: string, kind: string): string[] {
  if (kind == "13a") return splitWords(separate(unescape(line)));
  if (kind == "none") return splitWords(line);
  const characters: string[] = [];
  const words = splitWords(line);
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    for (let at = 0; at < word.length; ) {
      const size = word.codePointAt(at) > 0xffff ? 2 : 1;
      characters.push(word.substring(at, at + size));
      at += size;
    }
  }
  return characters;
}

/** What mteval-v13a does before it divides. */
function unescape(line: string): string {
  line = line.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  if (!line.includes("&")) return line;
  return line
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
}

/** Puts spaces around marks. The steps are one after the other, and within a step matches do not overlap. */
function separate(line: string): string {
  const marked = aroundMarks(" " + line + " ");
  return afterDigitDash(beforeNonDigit(afterNonDigit(marked)));
}

/** `([\{-\~\[-\` -\&\(-\+\:-\@\/])` -> ` \1 ` */
function aroundMarks(text: string): string {
  const result = new TextBuilder();
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const mark =
      (unit >= 0x7b && unit <= 0x7e) || (unit >= 0x5b && unit <= 0x60) || (unit >= 0x20 && unit <= 0x26) ||
      (unit >= 0x28 && unit <= 0x2b) || (unit >= 0x3a && unit <= 0x40) || unit == 0x2f;
    if (!mark) continue;
    result.addPart(text, start, index).addUnit(0x20).addUnit(text.charCodeAt(index)).addUnit(0x20);
    start = index + 1;
  }
  return result.addPart(text, start, text.length).toString();
}

function isPointOrComma(unit: i32): bool {
  return unit == 0x2e || unit == 0x2c;
}

/** `([^0-9])([\.,])` -> `\1 \2 ` */
function afterNonDigit(text: string): string {
  const result = new TextBuilder();
  let start = 0;
  for (let index = 1; index < text.length; index++) {
    if (!isPointOrComma(text.charCodeAt(index)) || isDigit(text.charCodeAt(index - 1))) continue;
    result.addPart(text, start, index).addUnit(0x20).addUnit(text.charCodeAt(index)).addUnit(0x20);
    start = index + 1;
    // The mark is used up: it cannot be the first half of the next match.
    index++;
  }
  return result.addPart(text, start, text.length).toString();
}

/** `([\.,])([^0-9])` -> ` \1 \2` */
function beforeNonDigit(text: string): string {
  const result = new TextBuilder();
  let start = 0;
  for (let index = 0; index + 1 < text.length; index++) {
    if (!isPointOrComma(text.charCodeAt(index)) || isDigit(text.charCodeAt(index + 1))) continue;
    result.addPart(text, start, index).addUnit(0x20).addUnit(text.charCodeAt(index)).addUnit(0x20).addUnit(text.charCodeAt(index + 1));
    start = index + 2;
    index++;
  }
  return result.addPart(text, start, text.length).toString();
}

/** `([0-9])(-)` -> `\1 \2 ` */
function afterDigitDash(text: string): string {
  const result = new TextBuilder();
  let start = 0;
  for (let index = 1; index < text.length; index++) {
    if (text.charCodeAt(index) != 0x2d || !isDigit(text.charCodeAt(index - 1))) continue;
    result.addPart(text, start, index).add(" - ");
    start = index + 1;
  }
  return result.addPart(text, start, text.length).toString();
}
