import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { lowerCase, upperCase } from "../text/case-map";
import { countCodePoints } from "../text/code-points";
import { strip } from "../text/words";

/** Functions of a template, for a message. */
/** A function, since a constant would be in every plugin. */
export function helperNames(): string {
  return "lower, upper, trim, json, length, default and join";
}

export function isHelper(name: string, values: i32): bool {
  if (name == "default" || name == "join") return values == 2;
  return values == 1 && (name == "lower" || name == "upper" || name == "trim" || name == "json" || name == "length");
}

/** The value of a function, as text. */
export function callHelper(name: string, values: Json[]): string {
  const value = values[0];
  if (name == "lower") return lowerCase(textOf(value));
  if (name == "upper") return upperCase(textOf(value));
  if (name == "trim") return strip(textOf(value));
  if (name == "json") return value.exists ? new JsonWriter().json(value).toString() : "null";
  if (name == "length") return (value.isString ? countCodePoints(value.text()) : value.length).toString();
  if (name == "default") return textOf(isEmpty(value) ? values[1] : value);
  return joinItems(value, textOf(values[1]));
}

/** What JavaScript takes for false, and an empty list. */
export function isEmpty(value: Json): bool {
  if (!value.exists) return true;
  if (value.isBoolean) return !value.boolean();
  if (value.isNumber) return value.number() == 0;
  if (value.isString) return value.text().length == 0;
  return value.isArray && value.length == 0;
}

/** A value as JavaScript makes it text; nothing for null and what is not there. */
export function textOf(value: Json): string {
  if (!value.exists) return "";
  if (value.isString) return value.text();
  if (value.isNumber) return new JsonWriter().number(value.number()).toString();
  if (value.isArray) return joinItems(value, ",");
  return value.isObject ? "[object Object]" : value.source();
}

function joinItems(value: Json, separator: string): string {
  const texts: string[] = [];
  for (let index = 0; index < value.length; index++) texts.push(textOf(value.at(index)));
  return texts.join(separator);
}
