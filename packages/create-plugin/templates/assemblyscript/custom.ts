import { Custom, Json, JsonWriter, invalidInput, plugin, splitWords } from "@testbench/plugins-sdk";

@plugin({ name: "{{NAME}}" })
export class {{CLASS}} extends Custom {
  run(data: Json, out: JsonWriter): void {
    const text = data.get("text");
    if (!text.isString) invalidInput('expected a text in the field "text"');
    const words = splitWords(text.text()).length;
    out.object().key("words").integer(words).end();
  }
}
