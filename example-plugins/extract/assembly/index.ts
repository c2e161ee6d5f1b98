import { findJson, findNumbers, invalidInput, Json, JsonPath, JsonWriter, oneOf, plugin, range, Regex, TextTransform } from "@testbench/plugins-sdk";

class Options {
  /** What to take: a number, a match of `pattern`, or the value at `path` in the JSON of the text. */
  @oneOf(["number", "regex", "json_path"])
  by: string = "number";
  /** The regular expression, with `by: regex`. */
  pattern: string = "";
  /** Its flags: any of `i`, `m` and `s`. */
  flags: string = "";
  /** The group to take; 0 is the whole match. */
  @range(0, 99)
  group: i32 = 0;
  /** The JSON path (RFC 9535), with `by: json_path`. */
  path: string = "$";
  /** Which match to take; `list` gives all of them as a JSON list. */
  @oneOf(["last", "first", "list"])
  which: string = "last";
  /** What to return if nothing is found: an empty text, or the text unchanged. */
  @oneOf(["empty", "text"])
  otherwise: string = "empty";
}

@plugin({ name: "extract" })
export class Extract extends TextTransform {
  config: Options = new Options();
  private regex: Regex | null = null;
  private query: JsonPath | null = null;

  start(): void {
    const config = this.config;
    // An empty pattern takes nothing of any text; one that is not used takes a number in its place.
    if ((config.by == "regex") != (config.pattern.length > 0)) {
      invalidInput('Cannot extract: "by" is "' + config.by + '", but "pattern" is ' + (config.pattern.length > 0 ? "set" : "missing"));
    }
    if (config.by != "json_path" && config.path != "$") invalidInput('Cannot extract: "by" is "' + config.by + '", but "path" is set');
    if (config.by == "regex") this.regex = new Regex(config.pattern, config.flags);
    if (config.by != "json_path") return;
    const query = new JsonPath(config.path);
    this.query = query;
    if (query.problem.length > 0) invalidInput('Cannot read the JSON path "' + config.path + '": ' + query.problem);
  }

  apply(text: string): string {
    const config = this.config;
    const regex = this.regex;
    const query = this.query;
    if (query !== null) return this.chooseJson(text, query);
    if (regex === null) return this.chooseNumber(text);
    const found: string[] = [];
    if (config.which == "first" && config.group == 0) {
      // The other matches would have to be looked for.
      const first = regex.match(text);
      return this.choose(text, first === null ? found : [first.value]);
    }
    const matches = regex.matchAll(text);
    for (let index = 0; index < matches.length; index++) {
      if (matches[index].has(config.group)) found.push(matches[index].group(config.group));
    }
    return this.choose(text, found);
  }

  private chooseNumber(text: string): string {
    const numbers = findNumbers(text);
    const found: string[] = [];
    for (let index = 0; index < numbers.length; index++) found.push(numbers[index].text);
    return this.choose(text, found);
  }

  private choose(text: string, found: string[]): string {
    if (this.config.which == "list") return new JsonWriter().value(found).toString();
    if (found.length == 0) return this.config.otherwise == "text" ? text : "";
    return this.config.which == "first" ? found[0] : found[found.length - 1];
  }

  /** A string's characters; all else as JSON. */
  private chooseJson(text: string, query: JsonPath): string {
    const document = findJson(text);
    const found = query.select(document);
    if (this.config.which == "list") return new JsonWriter().value(found).toString();
    const texts: string[] = [];
    for (let index = 0; index < found.length; index++) texts.push(found[index].isNull ? "null" : found[index].text());
    return this.choose(text, texts);
  }
}
