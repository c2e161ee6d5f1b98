import { describeFields, FieldPath, Filter, invalidInput, Json, plugin } from "@testbench/plugins-sdk";

class Options {
  /** Field with the number: keys separated by dots. In a benchmark, `score` is the mean of `scores`. */
  field: string = "score";
  /** Smallest number to keep. */
  min: f64 = 0.5;
  /** Largest number to keep. */
  max: f64 = Infinity;
  /** Keeps items without the number. */
  keep_missing: bool = false;
}

@plugin({ name: "threshold" })
export class Threshold extends Filter {
  config: Options = new Options();
  private path: FieldPath = new FieldPath("");

  start(): void {
    this.path = new FieldPath(this.config.field);
  }

  begin(data: Json): void {
    const items = data.get("items");
    if (items.length == 0 || this.config.keep_missing) return;
    for (let index = 0; index < items.length; index++) if (this.path.find(items.at(index)).isNumber) return;
    invalidInput('Cannot filter: no item has a number "' + this.config.field + '"; fields of the first: ' + describeFields(items.at(0)));
  }

  keep(item: Json): bool {
    const value = this.path.find(item);
    if (!value.isNumber) return this.config.keep_missing || this.drop('no number "' + this.config.field + '"');
    const number = value.number();
    if (number < this.config.min) return this.drop(value.source() + " is less than " + this.config.min.toString());
    if (number > this.config.max) return this.drop(value.source() + " is more than " + this.config.max.toString());
    return true;
  }
}
