import { invalidInput, Json, JsonWriter, oneOf, plugin, Transform } from "@testbench/plugins-sdk";

import { Node } from "./nodes";
import { Parser } from "./parse";
import { Renderer } from "./render";

class Options {
  /** The template. */
  template: string = "";
  /** What is done with values in `{{…}}`: `html` writes `<` and the like as entities, as Handlebars does. */
  @oneOf(["none", "html"])
  escape: string = "none";
}

@plugin({ name: "template" })
export class Template extends Transform {
  config: Options = new Options();
  private nodes: Node[] = [];

  start(): void {
    const parser = new Parser();
    this.nodes = parser.parse(this.config.template);
    if (parser.problem.length > 0) invalidInput("Cannot read the template: " + parser.problem);
  }

  transform(data: Json, out: JsonWriter): void {
    const text = new Renderer(data, this.config.escape == "html").render(this.nodes);
    out.object().field("text", text).end();
  }
}
