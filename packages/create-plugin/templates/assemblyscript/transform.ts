import { TextTransform, plugin } from "@testbench/plugins-sdk";

@plugin({ name: "{{NAME}}" })
export class {{CLASS}} extends TextTransform {
  apply(text: string): string {
    const end = text.indexOf("\n");
    return end < 0 ? text : text.substring(0, end);
  }
}
