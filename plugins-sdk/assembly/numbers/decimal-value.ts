import { isDigit } from "../text/characters";
import { Json } from "../json/json";

/** The value of `007.5e3`, `.5`, `5.`: JSON wants a digit before and after the point, and no zero before another digit. */
export function decimalValue(text: string): f64 {
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
