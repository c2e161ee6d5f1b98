import { Answer } from "../asking/answer";
import { answers, isAnswered } from "../asking/ask";
import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { hasFailed } from "../plugin/failure";
import { Completion, ProviderRequest } from "../plugin/provider";
import { BodyFields } from "./body-fields";
import { ChatServer, failForAnswer } from "./chat-server";
import { geminiPath } from "./gemini-client";

/** Turns texts into embeddings: a request whose field `embed` is a list of texts. */
export abstract class EmbeddingClient {
  constructor(protected server: ChatServer) {}

  protected abstract path(request: ProviderRequest): string;
  protected abstract body(request: ProviderRequest): JsonWriter;
  /** The vector of each text, in the order of the texts. */
  protected abstract read(answer: Json, completion: Completion): Json[];

  /** Asks the host in the first round, and reads its answer in the next. */
  answer(request: ProviderRequest): Completion {
    const completion = new Completion("", request.model);
    if (!isAnswered()) {
      this.ask(request);
      return completion;
    }
    const answer: Answer = answers()[0];
    if (!answer.ok) {
      if (this.server.repeats(answer)) this.ask(request);
      return completion;
    }
    const json = answer.json();
    if (!json.isObject) {
      failForAnswer("is not JSON");
      return completion;
    }
    completion.model = json.get("model").text(completion.model);
    completion.completionTokens = 0;
    const found = this.read(json, completion);
    const wanted = request.json.get("embed").length;
    if (hasFailed()) return completion;
    if (found.length != wanted) failForAnswer("has " + found.length.toString() + " embeddings for " + wanted.toString() + " texts");
    completion.embeddings = found;
    return completion;
  }

  private ask(request: ProviderRequest): void {
    const path = this.path(request);
    const body = this.body(request);
    if (!hasFailed()) this.server.ask(path, body);
  }
}

/** OpenAI's `/embeddings`, which many servers speak. */
@final
export class OpenAiEmbeddings extends EmbeddingClient {
  constructor(server: ChatServer) {
    super(server);
  }

  protected path(request: ProviderRequest): string {
    return "/embeddings";
  }

  protected body(request: ProviderRequest): JsonWriter {
    const out = new JsonWriter();
    const fields = new BodyFields(out);
    fields.claim(["model", "input", "encoding_format"]);
    out.object().field("model", request.model).field("input", request.json.get("embed")).field("encoding_format", "float");
    fields.pass("dimensions", request.json.get("dimensions"));
    return out.end();
  }

  /** Each has the number of its text; servers may send them in any order. */
  protected read(answer: Json, completion: Completion): Json[] {
    const data = answer.get("data");
    const count = data.length;
    const found = new Array<Json>(count).fill(Json.missing);
    for (let position = 0; position < count; position++) {
      const item = data.at(position);
      const number = item.get("index").number(position);
      const place = <i32>number;
      if (<f64>place != number || place < 0 || place >= count || found[place] !== Json.missing || !item.get("embedding").isArray) {
        failForAnswer("has a wrong embedding at " + position.toString());
        return found;
      }
      found[place] = item.get("embedding");
    }
    completion.promptTokens = <i32>answer.get("usage").get("prompt_tokens").number(-1);
    return found;
  }
}

/** Gemini's `batchEmbedContents`. */
@final
export class GeminiEmbeddings extends EmbeddingClient {
  constructor(server: ChatServer) {
    super(server);
  }

  protected path(request: ProviderRequest): string {
    return geminiPath(request.model, ":batchEmbedContents");
  }

  protected body(request: ProviderRequest): JsonWriter {
    const out = new JsonWriter();
    const texts = request.json.get("embed");
    const model = request.model;
    out.object().key("requests").array();
    for (let index = 0; index < texts.length; index++) {
      out.object().field("model", model.includes("/") ? model : "models/" + model);
      out.key("content").object().key("parts").array().object().field("text", texts.at(index).text()).end().end().end();
      const length = request.json.get("dimensions");
      if (length.exists) out.field("outputDimensionality", length);
      out.end();
    }
    return out.end().end();
  }

  /** In the order of the requests, without numbers; how many tokens they were is not told. */
  protected read(answer: Json, completion: Completion): Json[] {
    const list = answer.get("embeddings");
    const found: Json[] = [];
    for (let index = 0; index < list.length; index++) {
      const values = list.at(index).get("values");
      if (!values.isArray) failForAnswer("has a wrong embedding at " + index.toString());
      found.push(values);
    }
    completion.completionTokens = -1;
    return found;
  }
}
