import { Answer } from "../asking/answer";
import { EventStream } from "../http/event-stream";
import { HttpResponse } from "../http/http-response";
import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { hasFailed } from "../plugin/failure";
import { Completion, ProviderRequest, ToolCall } from "../plugin/provider";
import { emit } from "../host/system";
import { TextBuilder } from "../text/text-builder";
import { writeAnthropicBody } from "./anthropic-body";
import { ChatClient } from "./chat-client";
import { SentAttachments } from "./sent-attachments";
import { ChatServer, failForAnswer, failForHalf, failInStream } from "./chat-server";

const PATH: string = "/v1/messages";

/** Speaks Anthropic's messages API. */
@final
export class AnthropicClient extends ChatClient {
  /**
   * @param maxTokens Most tokens of an answer where the request does not say; the server wants a number.
   * @param extra Further fields of every request that does not have them; an object, or nothing.
   */
  constructor(
    private server: ChatServer,
    private maxTokens: i32,
    private extra: Json = Json.missing,
  ) {
    super();
  }

  complete(request: ProviderRequest): Completion {
    const completion = new Completion("", request.model);
    const sent = new SentAttachments(request);
    const body = writeAnthropicBody(request, this.maxTokens, this.extra, sent);
    if (hasFailed()) return completion;
    const response = this.server.post(PATH, body, sent);
    if (response === null) return completion;
    if (request.stream) this.readStream(response, completion);
    else {
      const answer = response.json();
      if (response.body.code < 0) this.server.failForCode(response.body.code);
      else this.readWhole(answer, completion);
    }
    response.close();
    return completion;
  }

  prepare(request: ProviderRequest): void {
    const sent = new SentAttachments(request);
    const body = writeAnthropicBody(request, this.maxTokens, this.extra, sent);
    if (!hasFailed()) this.server.ask(PATH, body, sent);
  }

  finish(request: ProviderRequest, answer: Answer): Completion {
    const completion = new Completion("", request.model);
    if (answer.ok) this.readWhole(answer.json(), completion);
    else if (this.server.repeats(answer)) this.prepare(request);
    return completion;
  }

  private readWhole(answer: Json, completion: Completion): void {
    const content = answer.get("content");
    if (!content.isArray) return failForAnswer(answer.exists ? "has no content" : "is not JSON");
    const text = new TextBuilder();
    for (let index = 0; index < content.length; index++) {
      const block = content.at(index);
      if (block.get("type").text() == "tool_use") {
        completion.toolCalls.push(new ToolCall(block.get("id").text(), block.get("name").text(), block.get("input").source()));
      } else if (block.get("type").text() == "text") {
        text.add(block.get("text").text());
      }
    }
    completion.text = text.toString();
    completion.model = answer.get("model").text(completion.model);
    completion.finishReason = finishReason(answer.get("stop_reason").text());
    readUsage(answer.get("usage"), completion);
  }

  private readStream(response: HttpResponse, completion: Completion): void {
    const text = new TextBuilder();
    const events = new EventStream(response.body);
    // Number of the block that the last tool call is, since blocks of text are numbered, too.
    let toolBlock = -1;
    const inputs: TextBuilder[] = [];
    while (events.next()) {
      const event = events.json();
      const type = event.get("type").text();
      if (!event.isObject) return failForAnswer("has an event that is not JSON");
      if (type == "error") return failInStream(event);
      if (type == "message_start") {
        completion.model = event.get("message").get("model").text(completion.model);
        readUsage(event.get("message").get("usage"), completion);
      } else if (type == "content_block_start" && event.get("content_block").get("type").text() == "tool_use") {
        const block = event.get("content_block");
        toolBlock = <i32>event.get("index").number(-1);
        completion.toolCalls.push(new ToolCall(block.get("id").text(), block.get("name").text(), ""));
        inputs.push(new TextBuilder());
      } else if (type == "content_block_delta") {
        const delta = event.get("delta");
        const piece = delta.get("type").text() == "text_delta" ? delta.get("text").text() : "";
        if (piece.length > 0) {
          text.add(piece);
          emit(piece);
        }
        const input = delta.get("partial_json");
        if (input.isString && inputs.length > 0 && <i32>event.get("index").number(-2) == toolBlock) {
          inputs[inputs.length - 1].add(input.text());
        }
      } else if (type == "message_delta") {
        completion.finishReason = finishReason(event.get("delta").get("stop_reason").text());
        readUsage(event.get("usage"), completion);
      } else if (type == "message_stop") {
        completion.text = text.toString();
        // A tool without arguments has no piece of any.
        for (let index = 0; index < inputs.length; index++) {
          completion.toolCalls[index].input = inputs[index].length > 0 ? inputs[index].toString() : "{}";
        }
        return;
      }
    }
    completion.text = text.toString();
    if (response.body.code < 0) this.server.failForCode(response.body.code);
    else failForHalf();
  }
}

/** The prompt's tokens are in three places: read uncached, written to the cache, read from it. */
function readUsage(usage: Json, completion: Completion): void {
  const input = usage.get("input_tokens").number(-1);
  if (input >= 0) {
    const cached = usage.get("cache_creation_input_tokens").number(0) + usage.get("cache_read_input_tokens").number(0);
    completion.promptTokens = <i32>(input + cached);
  }
  const output = usage.get("output_tokens").number(-1);
  if (output >= 0) completion.completionTokens = <i32>output;
}

/** In the words that the other providers use. */
function finishReason(reason: string): string {
  if (reason == "end_turn" || reason == "stop_sequence") return "stop";
  if (reason == "max_tokens") return "length";
  return reason == "tool_use" ? "tool_calls" : reason;
}
