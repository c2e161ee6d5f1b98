import { Answer } from "../asking/answer";
import { EventStream } from "../http/event-stream";
import { HttpResponse } from "../http/http-response";
import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { hasFailed } from "../plugin/failure";
import { Completion, ProviderRequest, ToolCall } from "../plugin/provider";
import { emit } from "../host/system";
import { TextBuilder } from "../text/text-builder";
import { BodyFields } from "./body-fields";
import { ChatClient } from "./chat-client";
import { writeOpenAiMessages } from "./openai-messages";
import { SentAttachments } from "./sent-attachments";
import { ChatServer, failForAnswer, failForHalf, failInStream } from "./chat-server";

/** Fields of a request that go to the server as they come. */
// @ts-ignore: decorator
@lazy const PASSED: string[] = [
  "max_tokens", "max_completion_tokens", "temperature", "top_p", "stop", "seed", "tools", "tool_choice", "parallel_tool_calls",
  "response_format", "presence_penalty", "frequency_penalty", "logit_bias", "reasoning_effort",
];

/** Speaks OpenAI's chat completions, and completions, which many servers do. */
@final
export class OpenAiClient extends ChatClient {
  /**
   * @param chat False for `/completions`, which continues a prompt.
   * @param extra Further fields of every request that does not have them; an object, or nothing.
   */
  constructor(
    private server: ChatServer,
    private chat: bool = true,
    private extra: Json = Json.missing,
  ) {
    super();
  }

  complete(request: ProviderRequest): Completion {
    const completion = new Completion("", request.model);
    const stream = request.stream;
    const sent = new SentAttachments(request);
    const body = this.body(request, stream, sent);
    // A request without a model, for one.
    if (hasFailed()) return completion;
    const response = this.server.post(this.path, body, sent);
    if (response === null) return completion;
    if (stream) this.readStream(response, completion);
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
    const body = this.body(request, false, sent);
    if (!hasFailed()) this.server.ask(this.path, body, sent);
  }

  finish(request: ProviderRequest, answer: Answer): Completion {
    const completion = new Completion("", request.model);
    if (answer.ok) this.readWhole(answer.json(), completion);
    else if (this.server.repeats(answer)) this.prepare(request);
    return completion;
  }

  private get path(): string {
    return this.chat ? "/chat/completions" : "/completions";
  }

  private body(request: ProviderRequest, stream: bool, sent: SentAttachments): JsonWriter {
    const out = new JsonWriter();
    const fields = new BodyFields(out);
    fields.claim(["model", "prompt", "messages", "stream", "stream_options"]);
    out.object().field("model", request.model);
    if (!this.chat) {
      if (sent.length > 0) sent.refuse(0, "prompts alone");
      out.field("prompt", request.prompt);
    } else {
      writeOpenAiMessages(out, request, sent);
    }
    for (let index = 0; index < PASSED.length; index++) fields.pass(PASSED[index], request.json.get(PASSED[index]));
    if (stream) out.field("stream", true).key("stream_options").object().field("include_usage", true).end();
    fields.passAll(this.extra);
    return out.end();
  }

  private readWhole(answer: Json, completion: Completion): void {
    const choice = answer.get("choices").at(0);
    if (!choice.isObject) return failForAnswer(answer.exists ? "has no choice" : "is not JSON");
    readHead(answer, completion);
    const message = choice.get("message");
    completion.text = this.chat ? message.get("content").text() : choice.get("text").text();
    completion.finishReason = choice.get("finish_reason").text();
    const refusal = message.get("refusal").text();
    if (refusal.length > 0) {
      completion.text = refusal;
      completion.finishReason = "refusal";
    }
    const calls = message.get("tool_calls");
    for (let index = 0; index < calls.length; index++) {
      const called = calls.at(index).get("function");
      completion.toolCalls.push(
        new ToolCall(calls.at(index).get("id").text(), called.get("name").text(), called.get("arguments").text()),
      );
    }
  }

  private readStream(response: HttpResponse, completion: Completion): void {
    const text = new TextBuilder();
    const events = new EventStream(response.body);
    const inputs: TextBuilder[] = [];
    let done = false;
    let refused = false;
    while (events.next()) {
      const chunk = events.json();
      if (!chunk.isObject) {
        if (events.data != "[DONE]") return failForAnswer("has an event that is not JSON");
        done = true;
        break;
      }
      if (chunk.get("error").exists) return failInStream(chunk);
      readHead(chunk, completion);
      const choice = chunk.get("choices").at(0);
      const delta = choice.get("delta");
      const piece = this.chat ? delta.get("content").text(delta.get("refusal").text()) : choice.get("text").text();
      if (piece.length > 0) {
        text.add(piece);
        emit(piece);
      }
      addToolCalls(delta.get("tool_calls"), completion, inputs);
      if (choice.get("finish_reason").exists) completion.finishReason = choice.get("finish_reason").text();
      if (delta.get("refusal").text().length > 0) refused = true;
    }
    completion.text = text.toString();
    for (let index = 0; index < inputs.length; index++) completion.toolCalls[index].input = inputs[index].toString();
    // The last chunk of a refusal says `stop`.
    if (refused) completion.finishReason = "refusal";
    if (done) return;
    if (response.body.code < 0) this.server.failForCode(response.body.code);
    else failForHalf();
  }
}

function readHead(answer: Json, completion: Completion): void {
  completion.model = answer.get("model").text(completion.model);
  const usage = answer.get("usage");
  if (!usage.isObject) return;
  completion.promptTokens = <i32>usage.get("prompt_tokens").number(-1);
  completion.completionTokens = <i32>usage.get("completion_tokens").number(-1);
}

/** The first piece of a call has its name, the others more of its arguments. */
function addToolCalls(pieces: Json, completion: Completion, inputs: TextBuilder[]): void {
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces.at(index);
    const place = <i32>piece.get("index").number(0);
    const called = piece.get("function");
    // Places come one after the other; what skips some is not followed.
    if (place < 0 || place > completion.toolCalls.length) continue;
    if (place == completion.toolCalls.length) {
      completion.toolCalls.push(new ToolCall("", "", ""));
      inputs.push(new TextBuilder());
    }
    const call = completion.toolCalls[place];
    // Some servers repeat them with each piece.
    if (call.id.length == 0) call.id = piece.get("id").text();
    if (call.name.length == 0) call.name = called.get("name").text();
    inputs[place].add(called.get("arguments").text());
  }
}
