import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { invalidInput } from "./failure";
import { Plugin } from "./plugin";

/** Turns any JSON value into another one. */
export abstract class Transform extends Plugin {
  abstract transform(data: Json, out: JsonWriter): void;

  handle(data: Json, out: JsonWriter): void {
    this.transform(data, out);
  }
}

/**
 * Turns text into text.
 *
 * A string gives a string. An object gives the object with its field `text` changed and all others as
 * they came, except for `record`, which the caller has already.
 */
export abstract class TextTransform extends Transform {
  abstract apply(text: string): string;

  transform(data: Json, out: JsonWriter): void {
    if (data.isString) {
      out.string(this.apply(data.text()));
      return;
    }
    const text = data.get("text");
    if (!text.isString) {
      invalidInput("Cannot transform: expected a string, or an object with a string \"text\", found " + (data.isObject ? '"text" as ' + text.kindName : data.kindName));
      return;
    }
    out.object();
    for (let position = 0; position < data.length; position++) {
      const key = data.keyAt(position);
      if (key == "text" || key == "record") continue;
      out.key(key).json(data.at(position));
    }
    out.key("text").string(this.apply(text.text())).end();
  }
}
