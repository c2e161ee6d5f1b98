import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { invalidInput, wrongKind } from "./failure";
import { Plugin } from "./plugin";

/** One turn of a conversation. */
@final
export class Message {
  constructor(
    readonly role: string,
    readonly content: string,
  ) {}
}

/** What a model is asked. */
@final
export class ProviderRequest {
  constructor(
    /** All that came, for fields that have no name here. */
    readonly json: Json,
  ) {}

  /** Name of the model. Fails the call if there is none. */
  get model(): string {
    const model = this.json.get("model");
    if (!model.isString) invalidInput('Cannot complete: field "model" is missing');
    return model.text();
  }

  /** The prompt; of a conversation, its last turn. */
  get prompt(): string {
    const prompt = this.json.get("prompt");
    if (prompt.exists) return prompt.text();
    const messages = this.json.get("messages");
    return messages.at(messages.length - 1).get("content").text();
  }

  /** The conversation; a bare prompt is one turn of the user. */
  get messages(): Message[] {
    const messages = this.json.get("messages");
    if (!messages.isArray) return [new Message("user", this.prompt)];
    const list = new Array<Message>(0);
    for (let index = 0; index < messages.length; index++) {
      const message = messages.at(index);
      list.push(new Message(message.get("role").text("user"), message.get("content").text()));
    }
    return list;
  }

  /** Most tokens to give, `fallback` if the caller does not say. */
  maxTokens(fallback: i32): i32 {
    return <i32>this.json.get("max_tokens").number(fallback);
  }

  /** How freely to choose words, from 0, `fallback` if the caller does not say. */
  temperature(fallback: f64): f64 {
    return this.json.get("temperature").number(fallback);
  }

  /** Share of the likeliest words to choose from, 0 to 1, `fallback` if the caller does not say. */
  topP(fallback: f64): f64 {
    return this.json.get("top_p").number(fallback);
  }

  /** Texts at which the answer is to stop. */
  get stop(): string[] {
    return this.json.get("stop").texts();
  }

  /** True if the caller wants chunks; `emit` sends them. */
  get stream(): bool {
    return this.json.get("stream").boolean();
  }

  /** True if embeddings of the texts in `embed` are wanted in place of a completion. */
  get wantsEmbeddings(): bool {
    return this.json.get("embed").isArray;
  }

  /** The whole row of the dataset, where the caller hands it over. */
  get record(): Json {
    return this.json.get("record");
  }
}

/** A tool that the model wants to be called. */
@final
export class ToolCall {
  constructor(
    public id: string,
    public name: string,
    /** Its arguments as JSON, as the model wrote them: they may be wrong. */
    public input: string,
  ) {}
}

/** A model's answer. */
@final
export class Completion {
  /** Tokens of the prompt; -1 if unknown. */
  promptTokens: i32 = -1;
  /** Tokens of the answer; -1 if unknown. */
  completionTokens: i32 = -1;
  /** Why it ended: `stop`, `length`, … */
  finishReason: string = "";
  /** Tools that the model wants to be called. */
  toolCalls: ToolCall[] = [];
  /** For `embed`: one list of numbers for each text, in their order. */
  embeddings: Json[] = [];

  constructor(
    public text: string,
    public model: string,
  ) {}

  /** For this library. */
  write(out: JsonWriter): void {
    out.object().key("text").string(this.text).key("model").string(this.model);
    if (this.promptTokens >= 0 || this.completionTokens >= 0) {
      const prompt = max(0, this.promptTokens);
      const completion = max(0, this.completionTokens);
      out.key("usage").object();
      if (this.promptTokens >= 0) out.key("prompt_tokens").integer(prompt);
      if (this.completionTokens >= 0) out.key("completion_tokens").integer(completion);
      out.key("total_tokens").integer(prompt + completion).end();
    }
    const calls = this.toolCalls;
    if (calls.length > 0) {
      out.key("tool_calls").array();
      for (let index = 0; index < calls.length; index++) {
        const call = unchecked(calls[index]);
        out.object().key("id").string(call.id).key("name").string(call.name);
        out.key("arguments").string(call.input).end();
      }
      out.end();
    }
    if (this.embeddings.length > 0) out.key("embeddings").value(this.embeddings);
    if (this.finishReason.length > 0) out.key("finish_reason").string(this.finishReason);
    out.end();
  }
}

/** Answers prompts. */
export abstract class Provider extends Plugin {
  /** Answers one prompt. After `fail` return any completion: it is dropped. */
  abstract complete(request: ProviderRequest): Completion;

  handle(data: Json, out: JsonWriter): void {
    if (!data.isObject) {
      wrongKind("the data", "an object", data.kindName);
      return;
    }
    this.complete(new ProviderRequest(data)).write(out);
  }
}
