import { Json, randomInt, strip } from "@testbench/plugins-sdk";

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
  // Nothing but space and the fence that models like to put around JSON may stand between them: an object further on is
  // somebody else's.
  const between = strip(answer.substring(place + mark.length, start));
  if (between.length > 0 && between != "```json" && between != "```") return Json.missing;
  const end = objectEnd(answer, start);
  return end < 0 ? Json.missing : Json.parse(answer.substring(start, end));
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
