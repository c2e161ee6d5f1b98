import { Filter, Json, plugin } from "@testbench/plugins-sdk";

class Options {
  /** Where in an item the number stands: keys with dots between them. */
  field: string = "score";
  /** Smallest number that stays. */
  min: f64 = 0.5;
  /** Largest number that stays. */
  max: f64 = Infinity;
  /** Keeps items that have no such number. */
  keep_missing: bool = false;
}

@plugin({ name: "threshold" })
export class Threshold extends Filter {
  config: Options = new Options();
  private keys: string[] = [];

  start(): void {
    this.keys = this.config.field.split(".");
  }

  keep(item: Json): bool {
    let value = item;
    for (let index = 0; index < this.keys.length; index++) value = value.get(this.keys[index]);
    if (!value.isNumber) return this.config.keep_missing || this.drop('no number "' + this.config.field + '"');
    const number = value.number();
    if (number < this.config.min) return this.drop(value.source() + " is less than " + this.config.min.toString());
    if (number > this.config.max) return this.drop(value.source() + " is more than " + this.config.max.toString());
    return true;
  }
}
