import { describeFields } from "../json/field-path";
import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { invalidInput } from "./failure";
import { Plugin } from "./plugin";

/** Turns any JSON value into another one. */
export abstract class Transform extends Plugin {
  /** Reads one value and writes one. After `fail` what was written is dropped. */
  abstract transform(data: Json, out: JsonWriter): void;

  handle(data: Json, out: JsonWriter): void {
    this.transform(data, out);
  }
}

/**
 * Name of the field of `data` that holds its text: `text`, or else `output`. Empty, with the call failed, if neither is a string.
 *
 * @param action What cannot be done without it, for the message.
 */
export function textFieldOf(data: Json, action: string): string {
  if (data.get("text").isString) return "text";
  if (!data.get("text").exists && data.get("output").isString) return "output";
  const found = data.get("text").exists ? '"text" as ' + data.get("text").kindName : data.isObject ? "the fields " + describeFields(data) : data.kindName;
  invalidInput("Cannot " + action + ': expected a string, or an object with a string "text" or "output", found ' + found);
  return "";
}

/**
 * Turns text into text.
 *
 * A string gives a string. An object gives the object with its field `text` (or, if there is none, `output`) changed and all others
 * as they came, except for `record`, which the caller has already.
 */
export abstract class TextTransform extends Transform {
  /** Turns one text into another. After `fail` return any text: it is dropped. */
  abstract apply(text: string): string;

  transform(data: Json, out: JsonWriter): void {
    if (data.isString) {
      out.string(this.apply(data.text()));
      return;
    }
    const field = textFieldOf(data, "transform");
    if (field.length == 0) return;
    out.object();
    for (let position = 0; position < data.length; position++) {
      const key = data.keyAt(position);
      if (key == field || key == "record") continue;
      out.key(key).json(data.at(position));
    }
    out.key(field).string(this.apply(data.get(field).text())).end();
  }
}
