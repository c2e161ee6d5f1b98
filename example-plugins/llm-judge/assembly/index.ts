import {
  Evaluation, Evaluator, EvaluatorInput, fail, hasFailed, invalidInput, Json, JsonWriter, oneOf, plugin, range,
} from "@testbench/plugins-sdk";

import { RULES } from "./combine";
import { Judgement } from "./judgement";
import { Judge, readPanel } from "./panel";
import { Material, Order } from "./prompt";
import { Report } from "./report";
import { Rounds } from "./rounds";
import { Rubric } from "./rubric";

/** Judgements of a case: each is paid for. */
const MAX_JUDGEMENTS: i32 = 64;

class Options {
  /** What makes an answer good: the name of a rubric (factuality, faithfulness, …), a text, or an object as in the folder `rubrics`. Required. */
  rubric: Json = Json.missing;
  /** The model that judges. Required unless there is a panel. */
  model: string = "";
  /** API of its server. */
  @oneOf(["openai", "anthropic"])
  provider: string = "openai";
  /** Address of the server. Empty: that of the provider. */
  base_url: string = "";
  /** Name of a provider of the benchmark through which to ask the model, instead of a server of its own. */
  via: string = "";
  /** Name of the secret that holds the key. Empty for a server without one. */
  api_key_secret: string = "JUDGE_API_KEY";
  /** Several judges instead of `model`: names of models, or objects with `model` and any of `name`, `provider`, `base_url`, `via`, `api_key_secret`, `max_tokens`, `token_limit_field`, `temperature`. Missing fields come from the other options. */
  panel: Json = Json.missing;
  /** Judgements per judge. */
  @range(1, 16)
  samples: i32 = 1;
  /** How several scores become one: first those of each judge, then those of the judges. */
  @oneOf(["mean", "median", "majority"])
  combine: string = "mean";
  /** How many judgements must have a verdict. 0: all. */
  @range(0, 64)
  quorum: i32 = 0;
  /** Field with the answer to compare with, in both orders. Empty: judges the answer alone. */
  compare_with: string = "";
  /** Field with the sources that a rubric needs: a text or a list of texts. */
  context_field: string = "context";
  /** Show the judge the files of the record, such as images: all of them, also those that models are not sent. */
  attachments: bool = false;
  /** Lowest grade of a rubric that is a text. */
  lowest: i32 = 1;
  /** Highest grade of a rubric that is a text. */
  highest: i32 = 5;
  /** Limit on the tokens of the judge's answer. */
  @range(16, 100000)
  max_tokens: i32 = 1024;
  /** Field that carries that limit, with `openai`. `auto`: `max_completion_tokens` for OpenAI's own server, else `max_tokens`. */
  @oneOf(["auto", "max_tokens", "max_completion_tokens"])
  token_limit_field: string = "auto";
  /** Sampling temperature, from 0 to 2. Not sent unless set, because reasoning models refuse it. */
  @range(0, 2)
  temperature: f64 = NaN;
  /** Time limit of one attempt in milliseconds. 0: that of the call. */
  @range(0, 3600000)
  timeout_ms: i32 = 0;
  /** Further attempts after a failure that may pass. Use 0 in a benchmark, where the run retries. */
  @range(0, 10)
  retries: i32 = 2;
}

@plugin({
  name: "llm-judge",
  capabilities: ["text_evaluation", "multi_modal_evaluation", "api_requests", "network"],
  asking: true,
  permissions: { network: true, allowedHosts: ["api.openai.com", "api.anthropic.com"] },
})
export class LlmJudge extends Evaluator {
  config: Options = new Options();
  private rubric: Rubric = new Rubric();
  private judges: Judge[] = [];

  start(): void {
    const config = this.config;
    const isPair = config.compare_with.length > 0;
    this.rubric = Rubric.read(config.rubric, config.lowest, config.highest, isPair);
    const main = new Judge();
    main.provider = config.provider;
    main.model = config.model;
    main.baseUrl = config.base_url;
    main.via = config.via;
    main.secret = config.api_key_secret;
    main.maxTokens = config.max_tokens;
    main.tokenField = config.token_limit_field;
    main.temperature = config.temperature;
    this.judges = readPanel(config.panel, main);
    for (let index = 0; index < this.judges.length; index++) this.judges[index].connect(config.timeout_ms);
    for (let index = 0; index < this.judges.length; index++) {
      if (config.attachments && this.judges[index].via.length > 0) {
        invalidInput('Cannot judge: "attachments" cannot go to a judge that is asked "via" a provider; give it a server');
      }
    }
    const count = this.judges.length * config.samples * (isPair ? 2 : 1);
    if (count > MAX_JUDGEMENTS) {
      invalidInput("Cannot judge: " + count.toString() + " judgements a case, limit is " + MAX_JUDGEMENTS.toString());
    }
    if (config.quorum > count) invalidInput('Cannot judge: "quorum" is more than the ' + count.toString() + " judgements of a case");
  }

  /** Judgements are written next to the score, for which an `Evaluation` has no place. */
  handle(data: Json, out: JsonWriter): void {
    if (!data.isObject) return invalidInput("Cannot judge: the data is no object");
    const input = new EvaluatorInput(data);
    const config = this.config;
    const material = Material.read(input, this.rubric, config.context_field, config.compare_with);
    if (hasFailed()) return;
    if (config.attachments) material.files = data.get("attachments");
    const judgements = this.plan();
    const rounds = new Rounds(this.rubric, judgements, material);
    rounds.retries = config.retries;
    rounds.isPatient = config.quorum > 0;
    if (!rounds.take(data)) {
      // Dropped: the host is asked, and calls again; or the call has failed.
      out.null();
      return;
    }
    const least = config.quorum == 0 ? judgements.length : config.quorum;
    const report = new Report(this.rubric, this.judges, judgements, RULES.indexOf(config.combine));
    if (report.valid >= least) report.write(out);
    else report.fail(least);
  }

  evaluate(_input: EvaluatorInput): Evaluation {
    fail("Cannot judge: called past its handler");
    return new Evaluation(0);
  }

  /** All judgements of a case, in the order in which they are asked for. */
  private plan(): Judgement[] {
    const judgements: Judgement[] = [];
    const isPair = this.config.compare_with.length > 0;
    for (let judge = 0; judge < this.judges.length; judge++) {
      for (let sample = 1; sample <= this.config.samples; sample++) {
        if (!isPair) judgements.push(new Judgement(this.judges[judge], sample, Order.Only));
        else {
          judgements.push(new Judgement(this.judges[judge], sample, Order.AnswerFirst));
          judgements.push(new Judgement(this.judges[judge], sample, Order.OtherFirst));
        }
      }
    }
    return judgements;
  }
}
