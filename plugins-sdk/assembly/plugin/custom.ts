import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { Plugin } from "./plugin";

/** Does what the other types do not: any JSON value in, any JSON value out. */
export abstract class Custom extends Plugin {
  abstract run(data: Json, out: JsonWriter): void;

  handle(data: Json, out: JsonWriter): void {
    this.run(data, out);
  }
}
