import {
  describeFields, HtmlInserter, Inserter, invalidInput, Json, JsonWriter, oneOf, plugin, TextTemplate, Transform,
} from "@testbench/plugins-sdk";

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
  private template: TextTemplate = new TextTemplate("");

  start(): void {
    // It would make every text empty.
    if (this.config.template.length == 0) invalidInput('Cannot fill a template: setting "template" is missing');
    this.template = new TextTemplate(this.config.template);
    if (this.template.problem.length > 0) invalidInput("Cannot read the template: " + this.template.problem);
  }

  transform(data: Json, out: JsonWriter): void {
    const template = this.template;
    const text = template.fill(data, this.config.escape == "html" ? new HtmlInserter() : new Inserter());
    if (template.missing.length > 0 && !template.found) {
      invalidInput('Cannot fill the template: there is no "' + template.missing + '"; the fields: ' + describeFields(data));
      return;
    }
    out.object().field("text", text).end();
  }
}
