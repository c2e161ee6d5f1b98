import { Answer, Completion, describeFields, fail, Json, JsonPath, invalidInput, ProviderError, ProviderRequest, TextBuilder } from "@testbench/plugins-sdk";

/** Characters of a server's own words that are told. */
const MAX_WORDS: i32 = 300;

/** Reads what a server has answered, by JSON paths. */
@final
export class AnswerReader {
  answer: JsonPath | null = null;
  promptTokens: JsonPath | null = null;
  completionTokens: JsonPath | null = null;
  finishReason: JsonPath | null = null;
  model: JsonPath | null = null;
  error: JsonPath | null = null;
  embeddings: JsonPath | null = null;

  constructor(readonly isJson: bool) {}

  /** The path of a setting; null for an empty one. */
  path(setting: string, text: string): JsonPath | null {
    if (text.length == 0) return null;
    if (!this.isJson) invalidInput('Cannot ask by HTTP: "response" is "text", but "' + setting + '" is set, which looks into JSON');
    const path = new JsonPath(text);
    if (path.problem.length > 0) invalidInput('Cannot read the JSON path of "' + setting + '", "' + text + '": ' + path.problem);
    return path;
  }

  /** The server's own words about a failure, where `error` finds some. */
  problemOf(answer: Answer): string {
    const found = firstOf(this.error, answer.json());
    return found.exists ? found.text() : "";
  }

  read(answer: Answer, request: ProviderRequest, completion: Completion): void {
    if (!this.isJson) {
      completion.text = answer.text();
      // Bytes that are no UTF-8 come in another field.
      if (completion.text.length == 0 && !answer.hasText) failFor("is not text in UTF-8");
      return;
    }
    const document = answer.json();
    if (document === Json.missing) return failFor("is not JSON; for a text set \"response\" to \"text\"");
    const problem = this.problemOf(answer);
    if (problem.length > 0) {
      const words = problem.length > MAX_WORDS ? problem.substring(0, MAX_WORDS) + "…" : problem;
      fail("Cannot complete: the server reports an error: " + words, ProviderError.REJECTED);
      return;
    }
    completion.model = firstOf(this.model, document).text(completion.model);
    completion.promptTokens = <i32>countOf(this.promptTokens, document);
    completion.completionTokens = <i32>countOf(this.completionTokens, document);
    completion.finishReason = firstOf(this.finishReason, document).text();
    if (request.wantsEmbeddings) this.readEmbeddings(document, request.json.get("embed").length, completion);
    else this.readText(document, completion);
  }

  private readText(document: Json, completion: Completion): void {
    const path = this.answer;
    if (path === null) return invalidInput('Cannot complete: setting "answer" is missing; this use of the plugin is for embeddings');
    const found = path.select(document);
    if (found.length == 0) return failFor('has nothing at "' + path.path + '"; its fields: ' + describeFields(document));
    const text = new TextBuilder();
    for (let index = 0; index < found.length; index++) text.add(found[index].text());
    completion.text = text.toString();
  }

  private readEmbeddings(document: Json, wanted: i32, completion: Completion): void {
    const path = this.embeddings;
    if (path === null) return invalidInput('Cannot embed: setting "embeddings" is missing; it is the JSON path of the vectors, such as "$.data[*].embedding"');
    const found = path.select(document);
    if (found.length != wanted) {
      return failFor("has " + found.length.toString() + ' values at "' + path.path + '" for ' + wanted.toString() + " texts; its fields: " + describeFields(document));
    }
    completion.embeddings = found;
    if (completion.completionTokens < 0) completion.completionTokens = 0;
  }
}

function firstOf(path: JsonPath | null, document: Json): Json {
  return path === null ? Json.missing : path.first(document);
}

/** A number of tokens; -1 for anything but a whole number from 0. */
function countOf(path: JsonPath | null, document: Json): f64 {
  const count = firstOf(path, document).number(-1);
  return count >= 0 && count <= 2147483647 && trunc(count) == count ? count : -1;
}

function failFor(problem: string): void {
  fail("Cannot complete: the server's answer " + problem, ProviderError.BAD_ANSWER);
}
