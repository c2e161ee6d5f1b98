import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";

/**
 * The fields of a request's body, each written once: of two with one name, some servers take the first, others the last.
 *
 * The first source wins: what a client writes itself, then what the request says, then the settings' `extra`.
 */
@final
export class BodyFields {
  private written: string[] = [];

  constructor(private out: JsonWriter) {}

  /** Names fields that are written elsewhere, or that nobody else is to write. */
  claim(names: string[]): void {
    for (let index = 0; index < names.length; index++) this.written.push(names[index]);
  }

  /** Writes a field if it exists and its name is free. */
  pass(name: string, value: Json): void {
    if (!value.exists || this.written.includes(name)) return;
    this.written.push(name);
    this.out.field(name, value);
  }

  /** Writes all fields of an object whose names are free. */
  passAll(fields: Json): void {
    for (let index = 0; index < fields.length; index++) this.pass(fields.keyAt(index), fields.at(index));
  }
}
