import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { TextBuilder } from "../text/text-builder";

/** How the parts of a template are put together: what a value has to become in the place where it is inserted. */
export class Inserter {
  /** What is wrong with a value; empty if nothing is. */
  problem: string = "";

  /** Adds what the author of the template has written. */
  addText(text: string, out: TextBuilder): void {
    out.add(text);
  }

  /**
   * Adds a value.
   *
   * @param text The value as text.
   * @param value The value itself; of kind `Missing` for the result of a function.
   * @param raw True for `{{{…}}}`.
   * @param isJson True if the text is JSON, made by the function `json`.
   */
  addValue(text: string, value: Json, raw: bool, isJson: bool, out: TextBuilder): void {
    out.add(text);
  }
}

/** For HTML, as Handlebars escapes. */
@final
export class HtmlInserter extends Inserter {
  addValue(text: string, value: Json, raw: bool, isJson: bool, out: TextBuilder): void {
    if (raw) out.add(text);
    else addEscaped(text, out);
  }
}

/** For a URL: a value is one part of it, whatever characters it has. */
@final
export class UrlInserter extends Inserter {
  addValue(text: string, value: Json, raw: bool, isJson: bool, out: TextBuilder): void {
    out.add(encodeURIComponent(text));
  }
}

/**
 * For JSON: between quotes a value is escaped, elsewhere it is a whole JSON value, with quotes if it is a text. So no value can end the string or the field
 * that it stands in.
 */
@final
export class JsonInserter extends Inserter {
  private inString: bool = false;

  addText(text: string, out: TextBuilder): void {
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit == 0x22) this.inString = !this.inString;
      else if (unit == 0x5c && this.inString) index++;
    }
    out.add(text);
  }

  addValue(text: string, value: Json, raw: bool, isJson: bool, out: TextBuilder): void {
    const writer = new JsonWriter();
    if (this.inString) {
      const quoted = writer.string(text).toString();
      out.addPart(quoted, 1, quoted.length - 1);
    } else if (isJson) out.add(text);
    else if (value.exists || value.isNull) out.add(writer.json(value).toString());
    else out.add(writer.string(text).toString());
  }
}

function addEscaped(text: string, out: TextBuilder): void {
  let copied = 0;
  for (let index = 0; index < text.length; index++) {
    const entity = entityOf(text.charCodeAt(index));
    if (entity.length == 0) continue;
    out.addPart(text, copied, index).add(entity);
    copied = index + 1;
  }
  out.addPart(text, copied, text.length);
}

function entityOf(unit: i32): string {
  if (unit == 0x26) return "&amp;";
  if (unit == 0x3c) return "&lt;";
  if (unit == 0x3e) return "&gt;";
  if (unit == 0x22) return "&quot;";
  if (unit == 0x27) return "&#x27;";
  if (unit == 0x60) return "&#x60;";
  return unit == 0x3d ? "&#x3D;" : "";
}
