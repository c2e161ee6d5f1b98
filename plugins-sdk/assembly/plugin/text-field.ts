import { describeFields, FieldPath } from "../json/field-path";
import { Json } from "../json/json";
import { invalidInput } from "./failure";

/** Where in an item the text stands that a filter looks at. */
@final
export class TextField {
  private paths: FieldPath[] = [];

  /** @param field Keys with dots between them; empty for the first of `text` and `output` that is there. */
  constructor(field: string = "") {
    this.paths.push(new FieldPath(field.length > 0 ? field : "text"));
    if (field.length == 0) this.paths.push(new FieldPath("output"));
  }

  /** The value in an item; the item itself, unless it is an object; of kind `Missing` if there is none. */
  find(item: Json): Json {
    if (!item.isObject) return item.exists ? item : Json.missing;
    for (let index = 0; index < this.paths.length; index++) {
      const value = this.paths[index].find(item);
      if (value.exists) return value;
    }
    return Json.missing;
  }

  /** As `find`, but fails the call if there is none: an item that a filter cannot look at must not pass. */
  require(item: Json): Json {
    const value = this.find(item);
    if (value === Json.missing) this.fail(item);
    return value;
  }

  /** Fails the call unless there is a value in at least one of the items, or there are no items. */
  requireAny(items: Json): void {
    for (let index = 0; index < items.length; index++) if (this.find(items.at(index)) !== Json.missing) return;
    if (items.length > 0) this.fail(items.at(0));
  }

  private fail(item: Json): void {
    invalidInput("Cannot filter: an item has no " + this.names() + "; its fields: " + describeFields(item));
  }

  private names(): string {
    let names = '"' + this.paths[0].path + '"';
    for (let index = 1; index < this.paths.length; index++) names += ' or "' + this.paths[index].path + '"';
    return names;
  }
}

/** All texts in a value: a string's own, those in lists and objects, keys included, and numbers and booleans as they are written. */
export function textsIn(value: Json): string[] {
  const texts: string[] = [];
  addTexts(value, texts);
  return texts;
}

function addTexts(value: Json, texts: string[]): void {
  if (!value.isArray && !value.isObject) {
    if (value.exists) texts.push(value.text());
    return;
  }
  for (let index = 0; index < value.length; index++) {
    if (value.isObject) texts.push(value.keyAt(index));
    addTexts(value.at(index), texts);
  }
}
