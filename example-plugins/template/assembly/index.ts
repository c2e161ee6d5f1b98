import { describeFields, invalidInput, Json, JsonWriter, oneOf, plugin, Transform } from "@testbench/plugins-sdk";

import { Node } from "./nodes";
import { Parser } from "./parse";
import { Renderer } from "./render";

class Options {
  /** The template. Required. */
  template: string = "";
  /** `html` escapes the values of `{{…}}` as Handlebars does. */
  @oneOf(["none", "html"])
  escape: string = "none";
}

@plugin({ name: "template" })
export class Template extends Transform {
  config: Options = new Options();
  private nodes: Node[] = [];

  start(): void {
    // It would make every text empty.
    if (this.config.template.length == 0) invalidInput('Cannot fill a template: setting "template" is missing');
    const parser = new Parser();
    this.nodes = parser.parse(this.config.template);
    if (parser.problem.length > 0) invalidInput("Cannot read the template: " + parser.problem);
  }

  transform(data: Json, out: JsonWriter): void {
    const renderer = new Renderer(data, this.config.escape == "html");
    const text = renderer.render(this.nodes);
    if (renderer.missing.length > 0 && !renderer.found) {
      invalidInput('Cannot fill the template: there is no "' + renderer.missing + '"; the fields: ' + describeFields(data));
      return;
    }
    out.object().field("text", text).end();
  }
}
