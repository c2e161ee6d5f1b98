import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { invalidInput } from "./failure";
import { Plugin } from "./plugin";

/** Keeps some items of a list, in their order. */
export abstract class Filter extends Plugin {
  private reason: string = "";

  /** True to keep the item; `return this.drop("why")` to leave it out with a reason. */
  abstract keep(item: Json): bool;

  /** Leaves the item out and says why. */
  drop(reason: string): bool {
    this.reason = reason;
    return false;
  }

  /** Called before the first item, with all that came. */
  begin(data: Json): void {}

  handle(data: Json, out: JsonWriter): void {
    const items = data.get("items");
    if (!items.isArray) {
      invalidInput('Cannot filter: expected a list "items", found ' + items.kindName);
      return;
    }
    this.begin(data);
    const count = items.length;
    const dropped: i32[] = [];
    const reasons: string[] = [];
    out.object().key("items").array();
    for (let index = 0; index < count; index++) {
      this.reason = "";
      const item = items.at(index);
      if (this.keep(item)) {
        out.json(item);
      } else {
        dropped.push(index);
        reasons.push(this.reason);
      }
    }
    out.end().key("dropped").array();
    for (let index = 0; index < dropped.length; index++) {
      out.object().key("index").integer(dropped[index]);
      if (reasons[index].length > 0) out.key("reason").string(reasons[index]);
      out.end();
    }
    out.end().end();
  }
}
