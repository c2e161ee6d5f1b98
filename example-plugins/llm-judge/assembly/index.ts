import {
  AnthropicClient, ChatClient, ChatServer, Completion, Evaluation, Evaluator, EvaluatorInput, fail, invalidInput, Json, JsonWriter, oneOf,
  OpenAiClient, plugin, ProviderError, ProviderRequest, range,
} from "@testbench/plugins-sdk";

import { writeRequest } from "./prompt";
import { findVerdict, gradeOf, makeMark } from "./verdict";

/** Characters of a reply without a verdict that the failure shows, from its end, where the verdict should be. */
const MAX_REPLY: i32 = 500;

class Options {
  /** What makes an answer good, and what the lowest and the highest grade mean. */
  rubric: string = "";
  /** The model that judges. */
  model: string = "";
  /** What its server speaks. */
  @oneOf(["openai", "anthropic"])
  provider: string = "openai";
  /** Where the server is; empty for the provider's own. */
  base_url: string = "";
  /** Name of the secret that is the key; empty for a server without one. */
  api_key_secret: string = "JUDGE_API_KEY";
  /** Lowest grade. */
  lowest: i32 = 1;
  /** Highest grade. */
  highest: i32 = 5;
  /** Most tokens of the judge's answer. */
  @range(16, 100000)
  max_tokens: i32 = 1024;
  /** Name of the field for that, with `openai`: `auto` is `max_completion_tokens` for OpenAI's own server, `max_tokens` for others. */
  @oneOf(["auto", "max_tokens", "max_completion_tokens"])
  token_limit_field: string = "auto";
  /** How freely the judge's model chooses its words; not sent unless it is set, since reasoning models refuse it. */
  @range(0, 2)
  temperature: f64 = NaN;
  /** Time for one attempt, in milliseconds; 0 for the call's own. */
  @range(0, 3600000)
  timeout_ms: i32 = 0;
  /** Further attempts after one that failed and may work at once. */
  @range(0, 10)
  retries: i32 = 2;
}

@plugin({
  name: "llm-judge",
  capabilities: ["text_evaluation", "api_requests", "network"],
  permissions: { network: true, allowedHosts: ["api.openai.com", "api.anthropic.com"] },
})
export class LlmJudge extends Evaluator {
  config: Options = new Options();
  private client: ChatClient | null = null;

  start(): void {
    const config = this.config;
    if (config.rubric.length == 0) invalidInput('Cannot judge: setting "rubric" is missing');
    if (config.model.length == 0) invalidInput('Cannot judge: setting "model" is missing');
    if (config.lowest >= config.highest) invalidInput('Cannot judge: "lowest" must be below "highest"');
    const openAi = config.provider == "openai";
    const url = config.base_url.length > 0 ? config.base_url : openAi ? "https://api.openai.com/v1" : "https://api.anthropic.com";
    const server = new ChatServer(url, config.timeout_ms, config.retries);
    const secret = config.api_key_secret.length > 0 ? "${secret:" + config.api_key_secret + "}" : "";
    if (openAi) {
      if (secret.length > 0) server.header("authorization", "Bearer " + secret);
      this.client = new OpenAiClient(server);
    } else {
      if (secret.length > 0) server.header("x-api-key", secret);
      server.header("anthropic-version", "2023-06-01");
      this.client = new AnthropicClient(server, config.max_tokens);
    }
  }

  evaluate(input: EvaluatorInput): Evaluation {
    const config = this.config;
    // A mark that already stands in what is judged, by chance or by a leak, would be no secret.
    let mark = makeMark();
    while (input.json.source().includes(mark)) mark = makeMark();
    const request = new JsonWriter();
    request.object().field("model", config.model).field(this.tokenField(), config.max_tokens);
    if (!isNaN(config.temperature)) request.field("temperature", config.temperature);
    request.key("messages");
    writeRequest(request, input, mark, config.rubric, config.lowest, config.highest);
    request.end();
    const completion = this.client!.complete(new ProviderRequest(Json.parse(request.toString())));
    return this.read(completion, mark);
  }

  private tokenField(): string {
    const config = this.config;
    if (config.provider == "anthropic") return "max_tokens";
    if (config.token_limit_field != "auto") return config.token_limit_field;
    return config.base_url.length == 0 ? "max_completion_tokens" : "max_tokens";
  }

  private read(completion: Completion, mark: string): Evaluation {
    const config = this.config;
    const verdict = findVerdict(completion.text, mark);
    const grade = gradeOf(verdict);
    // NaN fails both comparisons.
    if (!(grade >= config.lowest && grade <= config.highest)) {
      // No grade is no grade: a lowest one would let an answer be punished, a highest one be rewarded, for confusing the judge.
      const why = completion.finishReason == "length" ? "; its answer was cut off at max_tokens" : "";
      const reply = completion.text.length > 0 ? '; it said: ' + shown(completion.text) : "; it said nothing";
      fail(
        "Cannot judge: the judge gave no verdict from " + config.lowest.toString() + " to " + config.highest.toString() + why + reply,
        ProviderError.BAD_ANSWER,
      );
      return Evaluation.pass(false);
    }
    const share = (grade - <f64>config.lowest) / <f64>(config.highest - config.lowest);
    const evaluation = new Evaluation(share).metric("grade", grade);
    if (completion.promptTokens >= 0) evaluation.metric("prompt_tokens", completion.promptTokens);
    if (completion.completionTokens >= 0) evaluation.metric("completion_tokens", completion.completionTokens);
    return evaluation.explain(verdict.get("reason").text());
  }
}

/** The end of a judge's reply as JSON, so that no line of it looks like one of ours. */
function shown(reply: string): string {
  let start = max(0, reply.length - MAX_REPLY);
  // Not between the two halves of a character.
  if (start > 0 && (reply.charCodeAt(start) & 0xfc00) == 0xdc00) start++;
  return new JsonWriter().string((start > 0 ? "…" : "") + reply.substring(start)).toString();
}
