import { Custom, Json, JsonWriter, plugin, splitWords } from "@testbench/plugins-sdk";

@plugin({ name: "{{NAME}}" })
export class {{CLASS}} extends Custom {
  run(data: Json, out: JsonWriter): void {
    const words = splitWords(data.get("text").text()).length;
    out.object().key("words").integer(words).end();
  }
}
