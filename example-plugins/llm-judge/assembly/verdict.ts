import { isSpace, Json, randomInt, strip } from "@testbench/plugins-sdk";

const HEX: string = "0123456789abcdef";

/** 128 random bits from the host: a mark that the author of an answer cannot know. */
export function makeMark(): string {
  let mark = "";
  for (let digit = 0; digit < 32; digit++) mark += HEX.charAt(randomInt(16));
  return mark;
}

/**
 * The object after the last mark in the judge's answer; of kind `Missing` if there is none.
 *
 * Only the last one counts: before it the judge may have thought aloud, quoted its instructions, or begun anew.
 */
export function findVerdict(answer: string, mark: string): Json {
  const place = answer.lastIndexOf(mark);
  if (place < 0) return Json.missing;
  const start = answer.indexOf("{", place + mark.length);
  if (start < 0) return Json.missing;
  if (!isDecoration(answer, place + mark.length, start)) return Json.missing;
  const end = objectEnd(answer, start);
  return end < 0 ? Json.missing : Json.parse(answer.substring(start, end));
}

/**
 * True if nothing but space and what models put around a mark and JSON stands there: the end of a code span or of bold or italic text, a
 * colon, and the start of a fence. An object further on is somebody else's.
 */
function isDecoration(text: string, start: i32, end: i32): bool {
  let between = strip(text.substring(start, end));
  if (between.endsWith("json") && between.includes("`")) between = between.substring(0, between.length - 4);
  else if (between.endsWith("JSON") && between.includes("`")) between = between.substring(0, between.length - 4);
  for (let index = 0; index < between.length; index++) {
    const unit = between.charCodeAt(index);
    if (!isSpace(unit) && !"`*_:".includes(between.charAt(index))) return false;
  }
  return true;
}

/** The grade of a verdict: a number, or a text that is one. NaN if there is none. */
export function gradeOf(verdict: Json): f64 {
  const score = verdict.get("score");
  return score.isString ? Json.parse(strip(score.text())).number() : score.number();
}

/** First unit after the object that begins at `start`; -1 if it does not end. */
function objectEnd(text: string, start: i32): i32 {
  let depth = 0;
  let quoted = false;
  for (let index = start; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit == 0x5c && quoted) {
      index++;
    } else if (unit == 0x22) {
      quoted = !quoted;
    } else if (!quoted && unit == 0x7b) {
      depth++;
    } else if (!quoted && unit == 0x7d) {
      depth--;
      if (depth == 0) return index + 1;
    }
  }
  return -1;
}
