import { Json } from "../json/json";

/** More starts than this are not tried: each reads on to where the JSON breaks off. */
const MAX_STARTS: i32 = 64;

/** The JSON that a text is, or else the first object or list in it, as models put it between words and fences. */
export function findJson(text: string): Json {
  const whole = Json.parse(text);
  if (whole !== Json.missing) return whole;
  let tried = 0;
  for (let start = 0; start < text.length && tried < MAX_STARTS; start++) {
    const unit = text.charCodeAt(start);
    if (unit != 0x7b && unit != 0x5b) continue;
    tried++;
    const end = afterValue(text, start);
    const value = end < 0 ? Json.missing : Json.parse(text.substring(start, end));
    if (value !== Json.missing) return value;
  }
  return Json.missing;
}

/** Where the brackets that open at `start` are all closed again; -1 if they are not. */
function afterValue(text: string, start: i32): i32 {
  let depth = 0;
  let quoted = false;
  for (let index = start; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (quoted) {
      if (unit == 0x5c) index++;
      else if (unit == 0x22) quoted = false;
    } else if (unit == 0x22) {
      quoted = true;
    } else if (unit == 0x7b || unit == 0x5b) {
      depth++;
    } else if ((unit == 0x7d || unit == 0x5d) && --depth == 0) {
      return index + 1;
    }
  }
  return -1;
}
