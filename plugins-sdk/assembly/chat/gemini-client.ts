import { Answer } from "../asking/answer";
import { EventStream } from "../http/event-stream";
import { HttpResponse } from "../http/http-response";
import { Json } from "../json/json";
import { fail, hasFailed, invalidInput } from "../plugin/failure";
import { Completion, ProviderRequest, ToolCall } from "../plugin/provider";
import { emit } from "../host/system";
import { TextBuilder } from "../text/text-builder";
import { ChatClient } from "./chat-client";
import { ChatServer, failForAnswer, failForHalf, failInStream } from "./chat-server";
import { writeGeminiBody } from "./gemini-body";
import { ProviderError } from "./provider-error";
import { SentAttachments } from "./sent-attachments";

/** Speaks Gemini's `generateContent`. */
@final
export class GeminiClient extends ChatClient {
  /** @param extra Further fields of every request that does not have them; an object, or nothing. */
  constructor(
    private server: ChatServer,
    private extra: Json = Json.missing,
  ) {
    super();
  }

  complete(request: ProviderRequest): Completion {
    const completion = new Completion("", request.model);
    const path = geminiPath(request.model, request.stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
    const sent = new SentAttachments(request);
    const body = writeGeminiBody(request, this.extra, sent);
    if (hasFailed()) return completion;
    const response = this.server.post(path, body, sent);
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
    const path = geminiPath(request.model, ":generateContent");
    const sent = new SentAttachments(request);
    const body = writeGeminiBody(request, this.extra, sent);
    if (!hasFailed()) this.server.ask(path, body, sent);
  }

  finish(request: ProviderRequest, answer: Answer): Completion {
    const completion = new Completion("", request.model);
    if (answer.ok) this.readWhole(answer.json(), completion);
    else if (this.server.repeats(answer)) this.prepare(request);
    return completion;
  }

  private readWhole(answer: Json, completion: Completion): void {
    if (!answer.isObject) return failForAnswer("is not JSON");
    const text = new TextBuilder();
    if (!readPiece(answer, completion, text, false)) {
      if (!hasFailed()) failForAnswer("has no candidate");
      return;
    }
    finishText(completion, text);
  }

  private readStream(response: HttpResponse, completion: Completion): void {
    const text = new TextBuilder();
    const events = new EventStream(response.body);
    let found = false;
    while (events.next()) {
      const chunk = events.json();
      if (!chunk.isObject) return failForAnswer("has an event that is not JSON");
      if (chunk.get("error").exists) return failInStream(chunk);
      if (readPiece(chunk, completion, text, true)) found = true;
      if (hasFailed()) return;
    }
    if (response.body.code < 0) this.server.failForCode(response.body.code);
    // The last chunk gives the reason; there is no other mark of the end.
    else if (!found || completion.finishReason.length == 0) failForHalf();
    else finishText(completion, text);
  }
}

/**
 * The path of a model's method: `/models/NAME:method`; a name with a slash says its collection itself, such as `tunedModels/x`.
 *
 * A name that could lead elsewhere fails the call.
 */
export function geminiPath(model: string, method: string): string {
  let plain = model.length > 0 && !model.includes("..") && !model.startsWith("/");
  for (let index = 0; index < model.length; index++) {
    const unit = <u32>model.charCodeAt(index);
    const isName = unit - 0x61 < 26 || unit - 0x41 < 26 || unit - 0x30 < 10 || unit == 0x2d || unit == 0x2e || unit == 0x5f || unit == 0x2f;
    if (!isName) plain = false;
  }
  if (!plain) invalidInput('Cannot complete: a model\'s name consists of letters, digits, "-", "_", "." and "/"');
  return (model.includes("/") ? "/" : "/models/") + model + method;
}

/** Reads the parts, the reason and the usage of an answer, or of a chunk of one. True if there was a candidate. */
function readPiece(answer: Json, completion: Completion, text: TextBuilder, emits: bool): bool {
  completion.model = answer.get("modelVersion").text(completion.model);
  readUsage(answer.get("usageMetadata"), completion);
  const blocked = answer.get("promptFeedback").get("blockReason");
  if (blocked.exists) {
    fail("Cannot complete: the server has blocked the prompt: " + blocked.text(), ProviderError.REJECTED);
    return false;
  }
  // Several candidates may come in any order; a completion is the first one.
  const candidates = answer.get("candidates");
  let candidate = candidates.at(0);
  for (let index = 0; index < candidates.length; index++) {
    if (candidates.at(index).get("index").number(0) == 0) {
      candidate = candidates.at(index);
      break;
    }
  }
  if (!candidate.isObject) return false;
  const parts = candidate.get("content").get("parts");
  for (let index = 0; index < parts.length; index++) {
    const part = parts.at(index);
    const called = part.get("functionCall");
    if (called.isObject) {
      const args = called.get("args");
      const id = called.get("id").text("call_" + completion.toolCalls.length.toString());
      completion.toolCalls.push(new ToolCall(id, called.get("name").text(), args.isObject ? args.source() : "{}"));
      continue;
    }
    // Thoughts are not the answer.
    if (part.get("thought").boolean()) continue;
    const piece = part.get("text").text();
    if (piece.length == 0) continue;
    text.add(piece);
    if (emits) emit(piece);
  }
  const reason = candidate.get("finishReason");
  if (reason.exists) completion.finishReason = finishReason(reason.text());
  return true;
}

function finishText(completion: Completion, text: TextBuilder): void {
  completion.text = text.toString();
  if (completion.toolCalls.length > 0 && completion.finishReason == "stop") completion.finishReason = "tool_calls";
}

/** Thoughts are billed as part of the answer. */
function readUsage(usage: Json, completion: Completion): void {
  const prompt = usage.get("promptTokenCount").number(-1);
  if (prompt >= 0) completion.promptTokens = <i32>(prompt + usage.get("toolUsePromptTokenCount").number(0));
  const total = usage.get("totalTokenCount").number(-1);
  const answer = usage.get("candidatesTokenCount").number(-1);
  const thoughts = usage.get("thoughtsTokenCount").number(0);
  if (answer >= 0 || thoughts > 0) completion.completionTokens = <i32>(Math.max(answer, 0) + thoughts);
  // A blocked answer has no count.
  else if (prompt >= 0 && total >= 0) completion.completionTokens = <i32>Math.max(0, total - prompt);
}

/** In the words that the other providers use; what is filtered has one for all of Gemini's reasons. */
function finishReason(reason: string): string {
  if (reason == "STOP") return "stop";
  if (reason == "MAX_TOKENS") return "length";
  if (FILTERED.includes(reason)) return "content_filter";
  return reason;
}

// @ts-ignore: decorator
@lazy const FILTERED: string[] = [
  "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
];
