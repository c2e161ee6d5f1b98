import { describeFields, Inserter, invalidInput, Json, JsonInserter, JsonWriter, TextTemplate } from "@testbench/plugins-sdk";

import { read } from "./request-template";

/** Fields that a caller may leave out; where one is missing, so is the field of the body that it alone would fill. */
const OPTIONAL: string[] = [
  "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "stop", "seed", "n", "tools", "tool_choice", "parallel_tool_calls",
  "response_format", "presence_penalty", "frequency_penalty", "logit_bias", "reasoning_effort", "dimensions",
];

/** The body of a request: a text with tags, or JSON with tags in its texts. */
@final
export class BodyTemplate {
  /** Why the last body could not be made; empty if it could. */
  problem: string = "";
  private text: TextTemplate | null = null;
  private templates: Map<string, TextTemplate> = new Map();

  constructor(private body: Json, private type: string) {
    if (body.isString) {
      const text = read("body", body.text());
      if (type == "form") invalidInput('Cannot ask by HTTP: "body" of a form is an object, found a string');
      if (type == "json" && text.isRaw) invalidInput('Cannot ask by HTTP: "body" has "{{{…}}}", which is not escaped; write "{{…}}"');
      this.text = text;
    } else if (type == "text") {
      invalidInput('Cannot ask by HTTP: "body" of a text is a string, found ' + body.kindName);
    } else if (type == "form" && !body.isObject) {
      invalidInput('Cannot ask by HTTP: "body" of a form is an object, found ' + body.kindName);
    } else {
      this.collect(body);
    }
  }

  get contentType(): string {
    if (this.type == "form") return "application/x-www-form-urlencoded";
    return this.type == "json" ? "application/json" : "text/plain;charset=utf-8";
  }

  fill(data: Json): string {
    this.problem = "";
    if (this.type == "form") return this.fillForm(data);
    const text = this.text;
    if (text === null) {
      const out = new JsonWriter();
      this.write(this.body, data, out);
      return out.toString();
    }
    const filled = text.fill(data, this.type == "json" ? new JsonInserter() : new Inserter());
    if (text.missing.length > 0) this.miss(text.missing, data);
    else if (this.type == "json" && Json.parse(filled) === Json.missing) {
      this.problem = 'the filled "body" is not JSON; write it as JSON in the configuration, or set "body_type"';
    }
    return filled;
  }

  private fillForm(data: Json): string {
    const parts: string[] = [];
    for (let index = 0; index < this.body.length; index++) {
      const value = this.valueOf(this.body.at(index), data);
      if (value !== Json.missing) parts.push(encodeURIComponent(this.body.keyAt(index)) + "=" + encodeURIComponent(value.text()));
    }
    return parts.join("&");
  }

  private write(value: Json, data: Json, out: JsonWriter): void {
    if (value.isArray) {
      out.array();
      for (let index = 0; index < value.length; index++) {
        if (this.isThere(value.at(index), data)) this.write(value.at(index), data, out);
      }
      out.end();
    } else if (value.isObject) {
      out.object();
      for (let index = 0; index < value.length; index++) {
        if (!this.isThere(value.at(index), data)) continue;
        out.key(value.keyAt(index));
        this.write(value.at(index), data, out);
      }
      out.end();
    } else {
      out.json(this.valueOf(value, data));
    }
  }

  /** False for a text that is the tag of a parameter that the caller has left out. */
  private isThere(value: Json, data: Json): bool {
    if (!value.isString) return true;
    const template = this.templates.get(value.text());
    if (!template.isValue || template.value(data).kindName != "nothing") return true;
    return !OPTIONAL.includes(template.missing);
  }

  /** What a value of the body becomes; of kind `Missing` for what is left out. */
  private valueOf(value: Json, data: Json): Json {
    if (!value.isString) return value;
    if (!this.isThere(value, data)) return Json.missing;
    const template = this.templates.get(value.text());
    if (template.isValue) {
      const found = template.value(data);
      if (template.missing.length > 0) this.miss(template.missing, data);
      return found;
    }
    const text = template.fill(data);
    if (template.missing.length > 0) this.miss(template.missing, data);
    return Json.parse(new JsonWriter().string(text).toString());
  }

  private miss(path: string, data: Json): void {
    if (this.problem.length == 0) this.problem = 'there is no "' + path + '" for "body"; the fields: ' + describeFields(data);
  }

  private collect(value: Json): void {
    if (value.isString && !this.templates.has(value.text())) this.templates.set(value.text(), read("body", value.text()));
    if (!value.isArray && !value.isObject) return;
    for (let index = 0; index < value.length; index++) this.collect(value.at(index));
  }
}
