import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { Plugin } from "./plugin";

/** Does what the other types do not: any JSON value in, any JSON value out. */
export abstract class Custom extends Plugin {
  /** Reads one value and writes one. After `fail` what was written is dropped. */
  abstract run(data: Json, out: JsonWriter): void;

  handle(data: Json, out: JsonWriter): void {
    this.run(data, out);
  }
}
