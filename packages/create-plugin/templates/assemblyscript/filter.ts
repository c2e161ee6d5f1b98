import { Filter, Json, plugin } from "@testbench/plugins-sdk";

@plugin({ name: "{{NAME}}" })
export class {{CLASS}} extends Filter {
  keep(item: Json): bool {
    return item.get("text").text().length > 0 || this.drop("no text");
  }
}
