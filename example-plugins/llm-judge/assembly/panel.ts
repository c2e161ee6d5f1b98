import {
  Answer, AnthropicClient, ask, ChatClient, ChatServer, Completion, invalidInput, Json, JsonWriter, OpenAiClient, ProviderRequest,
} from "@testbench/plugins-sdk";

/** Judges of a panel: more are no better, and each is paid for. */
const MAX_JUDGES: i32 = 8;
/** Bytes of a judge's answer in JSON: a hundred thousand tokens, and a third of the fuel that a call has by default. */
const MAX_ANSWER: i32 = 640 * 1024;
const KEYS: string[] = [
  "name", "provider", "model", "base_url", "via", "api_key_secret", "max_tokens", "token_limit_field", "temperature",
];

/** One model that judges, and how it is asked. */
@final
export class Judge {
  name: string = "";
  provider: string = "openai";
  model: string = "";
  baseUrl: string = "";
  secret: string = "";
  /** The provider of the host that is asked in place of a server; empty for none. */
  via: string = "";
  maxTokens: i32 = 1024;
  tokenField: string = "auto";
  temperature: f64 = NaN;
  private client: ChatClient | null = null;
  private server: ChatServer | null = null;

  /** Says where its server is. */
  connect(timeoutMs: i32): void {
    const openAi = this.provider == "openai";
    const url = this.baseUrl.length > 0 ? this.baseUrl : openAi ? "https://api.openai.com/v1" : "https://api.anthropic.com";
    // Asking again is for all judgements of a round together.
    const server = new ChatServer(url, timeoutMs, 0);
    this.server = server;
    const secret = this.secret.length > 0 ? "${secret:" + this.secret + "}" : "";
    if (openAi) {
      if (secret.length > 0) server.header("authorization", "Bearer " + secret);
      this.client = new OpenAiClient(server);
    } else {
      if (secret.length > 0) server.header("x-api-key", secret);
      server.header("anthropic-version", "2023-06-01");
      this.client = new AnthropicClient(server, this.maxTokens);
    }
  }

  /** Asks the host to ask it. */
  ask(request: JsonWriter): void {
    if (this.via.length > 0) ask.complete(this.via, request);
    else this.client!.prepare(new ProviderRequest(Json.parse(request.toString())));
  }

  /** True if the same may be asked again at once. */
  mayRepeat(answer: Answer): bool {
    // What a provider is asked for it asks again itself.
    return this.via.length == 0 && !answer.ok && this.server!.mayRepeat(answer);
  }

  /** Reads an answer; one that is none fails the call. */
  read(answer: Answer): Completion {
    if (this.via.length == 0) return this.client!.finish(new ProviderRequest(Json.parse('{"model":""}')), answer);
    const completion = new Completion(answer.output.get("text").text(), this.model);
    completion.finishReason = answer.output.get("finish_reason").text();
    completion.promptTokens = <i32>answer.output.get("usage").get("prompt_tokens").number(-1);
    completion.completionTokens = <i32>answer.output.get("usage").get("completion_tokens").number(-1);
    return completion;
  }

  /** True if reading an answer would use up what others need. */
  isTooLong(answer: Answer): bool {
    const bytes = this.via.length > 0 ? <i32>answer.output.get("text").sourceLength : answer.bodyBytes;
    return bytes > MAX_ANSWER;
  }

  /** Why an answer is none, in words; empty if it is one. */
  problemOf(answer: Answer): string {
    if (answer.code < 0) return "was not reached: " + answer.problem;
    if (this.via.length > 0) return answer.output.get("text").isString ? "" : "gave no text";
    if (!answer.ok) return "was not reached: its server answered " + answer.status.toString();
    const content = this.provider == "openai" ? answer.json().get("choices").at(0).isObject : answer.json().get("content").isArray;
    return content ? "" : "was not understood: its server's answer is not what it should be";
  }

  /** Name of the field for the most tokens of an answer. */
  get limitField(): string {
    if (this.provider == "anthropic" || this.via.length > 0) return "max_tokens";
    if (this.tokenField != "auto") return this.tokenField;
    return this.baseUrl.length == 0 ? "max_completion_tokens" : "max_tokens";
  }

  copy(): Judge {
    const other = new Judge();
    other.provider = this.provider;
    other.baseUrl = this.baseUrl;
    other.via = this.via;
    other.secret = this.secret;
    other.maxTokens = this.maxTokens;
    other.tokenField = this.tokenField;
    other.temperature = this.temperature;
    return other;
  }
}

/** The judges: one, or those of the setting `panel`, which take from the other settings what they do not say themselves. */
export function readPanel(panel: Json, main: Judge): Judge[] {
  if (!panel.exists) {
    if (main.model.length == 0) invalidInput('Cannot judge: setting "model" is missing');
    main.name = main.model;
    return [main];
  }
  const judges: Judge[] = [];
  if (main.model.length > 0) invalidInput('Cannot judge: "model" and "panel" are both set; put the model into the panel');
  if (!panel.isArray || panel.length == 0 || panel.length > MAX_JUDGES) {
    invalidInput('Cannot judge: "panel" must be a list of 1 to ' + MAX_JUDGES.toString() + " judges");
    return judges;
  }
  for (let index = 0; index < panel.length; index++) {
    const judge = readJudge(panel.at(index), main, 'panel[' + index.toString() + ']');
    for (let other = 0; other < judges.length; other++) {
      if (judges[other].name == judge.name) {
        invalidInput('Cannot judge: two judges of "panel" are called "' + judge.name + '"; give them a "name"');
      }
    }
    judges.push(judge);
  }
  return judges;
}

function readJudge(given: Json, main: Judge, path: string): Judge {
  const judge = main.copy();
  const json = given;
  if (json.isString) {
    judge.model = judge.name = json.text();
    return judge;
  }
  for (let index = 0; index < json.length; index++) {
    if (!json.isObject) break;
    const key = json.keyAt(index);
    if (!KEYS.includes(key)) wrong(path, 'unknown key "' + key + '"; known keys: ' + KEYS.join(", "));
  }
  const provider = json.get("provider");
  if (provider.exists) {
    judge.provider = provider.text();
    if (judge.provider != "openai" && judge.provider != "anthropic") wrong(path, '"provider" is none of openai, anthropic');
    // Another provider's server is no server of this one.
    if (judge.provider != main.provider) judge.baseUrl = "";
  }
  judge.model = json.get("model").text();
  if (judge.model.length == 0) wrong(path, '"model" is missing');
  judge.name = json.get("name").text(judge.model);
  judge.baseUrl = json.get("base_url").text(judge.baseUrl);
  judge.via = json.get("via").text(judge.via);
  if (json.get("api_key_secret").exists) judge.secret = json.get("api_key_secret").text();
  const limit = json.get("max_tokens").number(judge.maxTokens);
  if (!(limit >= 16 && limit <= 100000)) wrong(path, '"max_tokens" must be from 16 to 100000');
  judge.maxTokens = <i32>limit;
  judge.tokenField = json.get("token_limit_field").text(judge.tokenField);
  judge.temperature = json.get("temperature").number(judge.temperature);
  return judge;
}

function wrong(path: string, problem: string): void {
  invalidInput('Cannot judge: "' + path + '": ' + problem);
}
