import {
  describeFields, HttpRequest, Inserter, invalidInput, Json, JsonWriter, ProviderRequest, TextBuilder, TextTemplate, UrlInserter,
} from "@testbench/plugins-sdk";

import { BodyTemplate } from "./body-template";

const SECRET: string = "${secret:";
/** Stands for the author's own `${secret:` while values are filled in; no header may hold it. */
const MARK: string = "\u0001";

/** For a header: values may neither name a secret nor break the line. */
@final
class HeaderInserter extends Inserter {
  addText(text: string, out: TextBuilder): void {
    out.add(text.replaceAll(SECRET, MARK));
  }

  addValue(text: string, value: Json, raw: bool, isJson: bool, out: TextBuilder): void {
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit < 0x20 || unit == 0x7f) this.problem = "it has a control character";
      else if (unit > 0xff) this.problem = "it has a character that no header can have";
    }
    out.add(text);
  }
}

/** A request with templates in it, and the checks that no value leads it elsewhere. */
@final
export class RequestTemplate {
  private url: TextTemplate;
  private names: string[] = [];
  private values: TextTemplate[] = [];
  private body: BodyTemplate | null = null;

  constructor(
    private method: string,
    url: string,
    headers: Json,
    body: Json,
    bodyType: string,
    private timeoutMs: i32,
  ) {
    this.url = read("url", url);
    this.checkUrl(url);
    for (let index = 0; index < headers.length; index++) this.addHeader(headers.keyAt(index), headers.at(index));
    if (headers.exists && !headers.isObject) invalidInput('Cannot ask by HTTP: "headers" is ' + headers.kindName + ", expected an object");
    if (body.exists && method == "GET") invalidInput('Cannot ask by HTTP: "method" is "GET", which has no body, but "body" is set');
    if (body.exists) this.body = new BodyTemplate(body, bodyType);
  }

  /** The request for a call; null if it cannot be made, with the call failed. */
  make(request: ProviderRequest): HttpRequest | null {
    const data = dataOf(request);
    const url = this.fill("url", this.url, data, new UrlInserter());
    if (hasDots(url)) {
      invalidInput('Cannot complete: a value in "url" is "." or "..", which leads to another path');
      return null;
    }
    const made = new HttpRequest(this.method, url);
    for (let index = 0; index < this.names.length; index++) {
      const name = this.names[index];
      const inserter = new HeaderInserter();
      const value = this.fill("headers." + name, this.values[index], data, inserter);
      if (value.includes(SECRET)) inserter.problem = "it names a secret";
      if (inserter.problem.length > 0) {
        invalidInput('Cannot complete: a value in header "' + name + '" is not possible: ' + inserter.problem);
        return null;
      }
      made.header(name, value.replaceAll(MARK, SECRET));
    }
    const body = this.body;
    if (body !== null) {
      const text = body.fill(data);
      if (body.problem.length > 0) {
        invalidInput("Cannot complete: " + body.problem);
        return null;
      }
      made.text(text, body.contentType);
    }
    if (this.timeoutMs > 0) made.timeout(this.timeoutMs);
    return made;
  }

  private fill(setting: string, template: TextTemplate, data: Json, inserter: Inserter): string {
    const text = template.fill(data, inserter);
    if (template.missing.length > 0) {
      invalidInput('Cannot complete: there is no "' + template.missing + '" for "' + setting + '"; the fields: ' + describeFields(data));
    }
    return text;
  }

  /** The server is the author's choice: neither a record nor a model's name has a say in it. */
  private checkUrl(url: string): void {
    if (url.length == 0) return invalidInput('Cannot ask by HTTP: setting "url" is missing');
    const start = url.startsWith("https://") ? 8 : url.startsWith("http://") ? 7 : -1;
    if (start < 0) return invalidInput('Cannot ask by HTTP: "url" begins with neither "https://" nor "http://"');
    let end = start;
    while (end < url.length && !"/?#".includes(url.charAt(end))) end++;
    if (end == start) return invalidInput('Cannot ask by HTTP: "url" names no host');
    const host = url.substring(start, end);
    if (host.includes("{{")) return invalidInput('Cannot ask by HTTP: the host in "url" is a template; it must be written out');
    if (host.includes("@")) return invalidInput('Cannot ask by HTTP: "url" holds a user or a password; use a header with "${secret:NAME}"');
    if (url.includes(SECRET)) return invalidInput('Cannot ask by HTTP: "url" holds a secret; they are filled into headers only');
    if (this.url.isRaw) invalidInput('Cannot ask by HTTP: "url" has "{{{…}}}", which is not encoded; write "{{…}}"');
  }

  private addHeader(name: string, value: Json): void {
    const text = value.text();
    const setting = "headers." + name;
    if (!value.isString) return invalidInput('Cannot ask by HTTP: "' + setting + '" is ' + value.kindName + ", expected a string");
    const template = read(setting, text);
    const texts = template.texts();
    for (let index = 0; index < texts.length; index++) {
      const open = texts[index].lastIndexOf(SECRET);
      if (texts[index].includes(MARK) || (open >= 0 && texts[index].indexOf("}", open) < 0)) {
        return invalidInput('Cannot ask by HTTP: "' + setting + '" has a secret whose name is a template, or a control character');
      }
    }
    this.names.push(name);
    this.values.push(template);
  }
}

/** Reads a template of a setting. */
export function read(setting: string, text: string): TextTemplate {
  const template = new TextTemplate(text);
  if (template.problem.length > 0) invalidInput('Cannot read the template of "' + setting + '": ' + template.problem);
  return template;
}

/** What templates see: the request, always with both `prompt` and `messages`. */
function dataOf(request: ProviderRequest): Json {
  const json = request.json;
  const out = new JsonWriter().object();
  for (let index = 0; index < json.length; index++) out.key(json.keyAt(index)).json(json.at(index));
  if (!request.wantsEmbeddings) {
    if (!json.get("prompt").exists) out.field("prompt", request.prompt);
    if (!json.get("messages").exists) {
      out.key("messages").array().object().field("role", "user").field("content", request.prompt).end().end();
    }
  }
  return Json.parse(out.end().toString());
}

/** True if a segment of the path is `.` or `..`, which a URL resolves. */
function hasDots(url: string): bool {
  let end = url.length;
  for (let index = 0; index < url.length; index++) {
    if (url.charAt(index) == "?" || url.charAt(index) == "#") {
      end = index;
      break;
    }
  }
  const segments = url.substring(0, end).split("/");
  for (let index = 3; index < segments.length; index++) {
    const segment = segments[index].replaceAll("%2e", ".").replaceAll("%2E", ".");
    if (segment == "." || segment == "..") return true;
  }
  return false;
}
