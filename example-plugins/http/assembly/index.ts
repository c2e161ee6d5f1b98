import {
  answers, ask, ChatServer, Completion, invalidInput, isAnswered, Json, oneOf, plugin, Provider, ProviderRequest, range,
} from "@testbench/plugins-sdk";

import { AnswerReader } from "./answer-reader";
import { RequestTemplate } from "./request-template";

class Options {
  /** Address that is asked, a template: `https://api.example.com/v1/{{model}}`. What a template inserts is encoded. Required. */
  url: string = "";
  /** Method of the request. */
  @oneOf(["POST", "GET", "PUT", "PATCH"])
  method: string = "POST";
  /** Headers by name; their values are templates, and may hold `${secret:NAME}`. */
  headers: Json = Json.missing;
  /** The body: a text template, or any JSON whose texts are templates. A text that is one tag, such as `"{{messages}}"`, becomes the value itself. */
  body: Json = Json.missing;
  /** What the body is: JSON, a form (`a=1&b=2`, of an object), or text. */
  @oneOf(["json", "form", "text"])
  body_type: string = "json";
  /** What the server answers: JSON, which the paths below look into, or text, which is the answer. */
  @oneOf(["json", "text"])
  response: string = "json";
  /** JSON path (RFC 9535) of the answer's text, such as `$.choices[0].text`. Several values are joined. Required for JSON, unless only embeddings are asked for. */
  answer: string = "";
  /** JSON path of the number of tokens of the prompt. */
  prompt_tokens: string = "";
  /** JSON path of the number of tokens of the answer. */
  completion_tokens: string = "";
  /** JSON path of the reason why the answer ended. */
  finish_reason: string = "";
  /** JSON path of the model's name as the server says it. */
  model: string = "";
  /** JSON path of the message of an error. A value there also fails an answer whose status is that of a success. */
  error: string = "";
  /** JSON path of the vectors, for requests with `embed`: one list of numbers for each text, such as `$.data[*].embedding`. */
  embeddings: string = "";
  /** Time limit of one attempt in milliseconds. 0: that of the call. */
  @range(0, 3600000)
  timeout_ms: i32 = 0;
  /** Further attempts after a failure that may pass. */
  @range(0, 10)
  retries: i32 = 2;
}

@plugin({
  name: "http",
  capabilities: ["api_requests", "network"],
  asking: true,
  permissions: { network: true },
})
export class Http extends Provider {
  config: Options = new Options();
  private server: ChatServer | null = null;
  private request: RequestTemplate | null = null;
  private reader: AnswerReader | null = null;

  start(): void {
    const config = this.config;
    this.server = new ChatServer("", config.timeout_ms, config.retries);
    this.request = new RequestTemplate(config.method, config.url, config.headers, config.body, config.body_type, config.timeout_ms);
    const reader = new AnswerReader(config.response == "json");
    if (reader.isJson && config.answer.length == 0 && config.embeddings.length == 0) {
      invalidInput('Cannot ask by HTTP: setting "answer" is missing; it is the JSON path of the answer, such as "$.text"');
    }
    reader.answer = reader.path("answer", config.answer);
    reader.promptTokens = reader.path("prompt_tokens", config.prompt_tokens);
    reader.completionTokens = reader.path("completion_tokens", config.completion_tokens);
    reader.finishReason = reader.path("finish_reason", config.finish_reason);
    reader.model = reader.path("model", config.model);
    reader.error = reader.path("error", config.error);
    reader.embeddings = reader.path("embeddings", config.embeddings);
    this.reader = reader;
  }

  complete(request: ProviderRequest): Completion {
    const completion = new Completion("", request.model);
    if (request.stream) invalidInput("Cannot complete: this provider gives no streams");
    if (!isAnswered()) {
      this.ask(request);
      return completion;
    }
    const answer = answers()[0];
    const reader = this.reader!;
    if (answer.ok) reader.read(answer, request, completion);
    else if (this.server!.repeats(answer, reader.problemOf(answer))) this.ask(request);
    return completion;
  }

  private ask(request: ProviderRequest): void {
    const made = this.request!.make(request);
    if (made !== null) ask.request(made);
  }
}
