import { HttpRequest } from "../http/http-request";
import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { envelopeField, giveInstead } from "../plugin/plugin";
import { Answer } from "./answer";

/** What is asked so far, as JSON of a list's items. */
let pending: string[] = [];
/** What is to come back, as JSON. */
let state: string = "";

function write(out: JsonWriter): void {
  out.object().key("ask").array();
  for (let index = 0; index < pending.length; index++) out.json(Json.parse(pending[index]));
  out.end().key("continue");
  if (state.length > 0) out.json(Json.parse(state));
  else out.null();
  out.end();
  pending = [];
  state = "";
}

/**
 * Asks the host, in place of giving a result: what the current call returns is dropped, and the plugin is called again with the same data
 * and with `answers`. Nothing is held meanwhile, so hundreds of calls can wait for models.
 *
 * Needs `asking: true` in `@plugin`. A call has at most 8 rounds of at most 16 asks, and the caller must have granted the network.
 */
export namespace ask {
  /** Asks a server. Headers may hold `${secret:NAME}`. */
  export function request(request: HttpRequest): void {
    const out = new JsonWriter();
    request.write(out);
    add(out);
  }

  /**
   * Asks a provider that the host knows by this name for a completion.
   *
   * @param data What a provider gets, such as `{"model": …, "messages": […]}`: one whole JSON object.
   */
  export function complete(provider: string, data: JsonWriter): void {
    add(new JsonWriter().object().field("provider", provider).field("complete", Json.parse(data.toString())).end());
  }

  /**
   * Asks a provider that the host knows by this name for embeddings: `Answer.output` then has `embeddings`, one list of numbers for each
   * text, in their order. At most 64 texts.
   */
  export function embed(provider: string, model: string, texts: string[]): void {
    const out = new JsonWriter().object().field("provider", provider).key("embed");
    add(out.object().field("model", model).field("input", texts).end().end());
  }

  /** Keeps one whole JSON value until the answers are there, at most 256 KiB; `kept` gives it back. */
  export function keep(value: JsonWriter): void {
    state = value.toString();
  }
}

function add(out: JsonWriter): void {
  pending.push(out.toString());
  giveInstead(write);
}

/** What `ask.keep` was given in the round before; of kind `Missing` in the first round. */
export function kept(): Json {
  return envelopeField("continue");
}

/** True in a round after one that asked. */
export function isAnswered(): bool {
  return envelopeField("answers").exists;
}

/** The answers to what was asked in the round before, in that order; empty in the first round. */
export function answers(): Answer[] {
  const list = envelopeField("answers");
  const found = new Array<Answer>(0);
  for (let index = 0; index < list.length; index++) found.push(new Answer(list.at(index)));
  return found;
}
