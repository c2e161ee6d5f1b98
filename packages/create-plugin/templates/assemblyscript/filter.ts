import { Filter, Json, plugin, TextField } from "@testbench/plugins-sdk";

@plugin({ name: "{{NAME}}" })
export class {{CLASS}} extends Filter {
  /** An item's field `text` or, as in a benchmark, `output`. */
  private text: TextField = new TextField();

  keep(item: Json): bool {
    return this.text.find(item).text().length > 0 || this.drop("no text");
  }
}
