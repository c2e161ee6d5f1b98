import { AnthropicClient, ChatClient, ChatServer, invalidInput, Json, OpenAiClient } from "@testbench/plugins-sdk";

/** Judges of a panel: more are no better, and each is paid for. */
const MAX_JUDGES: i32 = 8;
const KEYS: string[] = [
  "name", "provider", "model", "base_url", "api_key_secret", "max_tokens", "token_limit_field", "temperature",
];

/** One model that judges, and how it is asked. */
@final
export class Judge {
  name: string = "";
  provider: string = "openai";
  model: string = "";
  baseUrl: string = "";
  secret: string = "";
  maxTokens: i32 = 1024;
  tokenField: string = "auto";
  temperature: f64 = NaN;
  private client: ChatClient | null = null;

  /** Connects to its server. */
  connect(timeoutMs: i32, retries: i32): void {
    const openAi = this.provider == "openai";
    const url = this.baseUrl.length > 0 ? this.baseUrl : openAi ? "https://api.openai.com/v1" : "https://api.anthropic.com";
    const server = new ChatServer(url, timeoutMs, retries);
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

  get chat(): ChatClient {
    return this.client!;
  }

  /** Name of the field for the most tokens of an answer. */
  get limitField(): string {
    if (this.provider == "anthropic") return "max_tokens";
    if (this.tokenField != "auto") return this.tokenField;
    return this.baseUrl.length == 0 ? "max_completion_tokens" : "max_tokens";
  }

  copy(): Judge {
    const other = new Judge();
    other.provider = this.provider;
    other.baseUrl = this.baseUrl;
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
