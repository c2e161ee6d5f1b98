import { isDigit } from "../text/characters";
import { Json } from "../json/json";

/** So many digits fit a double, and the power of ten that divides them, too: one division then rounds as it should. */
const MAX_EXACT: i32 = 15;

/** The value of few digits with or without a point; NaN if there is anything else. */
function exactValue(text: string): f64 {
  let value: i64 = 0;
  let power: f64 = 1;
  let point = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit == 0x2e && !point) {
      point = true;
    } else if (isDigit(unit)) {
      value = value * 10 + (unit - 0x30);
      if (point) power *= 10;
    } else {
      return NaN;
    }
  }
  return <f64>value / power;
}

/** The value of `007.5e3`, `.5`, `5.`: JSON wants a digit before and after the point, and no zero before another digit. */
export function decimalValue(text: string): f64 {
  if (text.length <= MAX_EXACT) {
    const exact = exactValue(text);
    if (!isNaN(exact)) return exact;
  }
  let at = 0;
  while (at + 1 < text.length && text.charCodeAt(at) == 0x30 && isDigit(text.charCodeAt(at + 1))) at++;
  const body = text.substring(at);
  return Json.parse(body.startsWith(".") ? "0" + body : body).number();
}

/** The digits of a value; a whole one without `.0`. */
export function valueText(value: f64): string {
  const text = value.toString();
  return text.endsWith(".0") ? text.substring(0, text.length - 2) : text;
}
