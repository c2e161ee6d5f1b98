import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { invalidInput } from "../plugin/failure";
import { ProviderRequest } from "../plugin/provider";
import { BodyFields } from "./body-fields";
import { lastOfUser } from "./openai-messages";
import { schemaOf, wantsJson } from "./response-format";
import { isSentImage, SentAttachments } from "./sent-attachments";

// A constant would be in every plugin.
function taken(): string {
  return "images (PNG, JPEG, GIF, WebP), audio, video, PDF and text";
}

/** Fields of a request, and how Gemini calls them within `generationConfig`, in turn. */
// @ts-ignore: decorator
@lazy const SETTINGS: string[] = [
  "temperature", "temperature", "top_p", "topP", "top_k", "topK", "seed", "seed", "n", "candidateCount",
  "presence_penalty", "presencePenalty", "frequency_penalty", "frequencyPenalty", "thinking_config", "thinkingConfig",
];

/** Turns a request, which has the form of a chat completion, into one of `generateContent`. */
export function writeGeminiBody(request: ProviderRequest, extra: Json, sent: SentAttachments): JsonWriter {
  const out = new JsonWriter();
  const fields = new BodyFields(out);
  fields.claim(["contents", "systemInstruction", "generationConfig", "tools", "toolConfig"]);
  out.object();
  writeContents(out, request, sent);
  writeSettings(out, request, extra.get("generationConfig"));
  writeTools(out, request.json.get("tools"));
  writeChoice(out, request.json.get("tool_choice"));
  fields.pass("safetySettings", request.json.get("safety_settings"));
  fields.passAll(extra);
  return out.end();
}

/** The conversation, with the files of the request before the text of the user's last turn; turns of the system go into a field of their own. */
function writeContents(out: JsonWriter, request: ProviderRequest, sent: SentAttachments): void {
  const messages = request.json.get("messages");
  const system: Json[] = [];
  const place = lastOfUser(messages);
  out.key("contents").array();
  if (!messages.isArray) {
    out.object().field("role", "user").key("parts").array();
    writeFiles(out, sent);
    out.object().field("text", request.prompt).end().end().end();
  }
  for (let index = 0; index < messages.length; index++) {
    const message = messages.at(index);
    const role = message.get("role").text("user");
    if (role == "system" || role == "developer") {
      system.push(message.get("content"));
      continue;
    }
    out.object().field("role", role == "assistant" || role == "model" ? "model" : "user").key("parts").array();
    if (index == place) writeFiles(out, sent);
    if (role == "tool") writeToolResult(out, message, messages);
    else writeParts(out, message.get("content"));
    const calls = message.get("tool_calls");
    for (let call = 0; call < calls.length; call++) writeToolCall(out, calls.at(call));
    out.end().end();
  }
  out.end();
  if (system.length == 0) return;
  out.key("systemInstruction").object().key("parts").array();
  for (let index = 0; index < system.length; index++) writeParts(out, system[index]);
  out.end().end();
}

/** The bytes are filled in by the host, where their tokens stand. */
function writeFiles(out: JsonWriter, sent: SentAttachments): void {
  for (let index = 0; index < sent.length; index++) {
    const file = sent.files[index];
    const type = file.mediaType;
    const isData = isSentImage(type) || type.startsWith("audio/") || type.startsWith("video/") || type == "application/pdf";
    const text = !isData && type.startsWith("text/") ? file.text() : null;
    if (isData) out.object().key("inlineData").object().field("mimeType", type).field("data", sent.token(index)).end().end();
    else if (text === null) sent.refuse(index, taken());
    else out.object().field("text", text).end();
  }
}

/** A text, or a list of parts as OpenAI writes them; a part of any other kind is taken for one of Gemini's own. */
function writeParts(out: JsonWriter, content: Json): void {
  if (!content.isArray) {
    if (content.exists && content.text().length > 0) out.object().field("text", content.text()).end();
    return;
  }
  for (let index = 0; index < content.length; index++) {
    const part = content.at(index);
    const type = part.get("type").text();
    if (part.isString) out.object().field("text", part.text()).end();
    else if (type == "text") out.object().field("text", part.get("text").text()).end();
    else if (type == "image_url") writeData(out, part.get("image_url").get("url").text(part.get("image_url").text()));
    else out.json(part);
  }
}

/** The bytes of a data URL; anything else would be fetched by nobody. */
function writeData(out: JsonWriter, url: string): void {
  const comma = url.indexOf(";base64,");
  if (!url.startsWith("data:") || comma < 0) {
    invalidInput("Cannot complete: Gemini takes an image as a data URL in base64, not by its address");
    return;
  }
  out.object().key("inlineData").object().field("mimeType", url.substring(5, comma)).field("data", url.substring(comma + 8)).end().end();
}

function writeToolCall(out: JsonWriter, call: Json): void {
  const called = call.get("function");
  const input = Json.parse(called.get("arguments").text());
  out.object().key("functionCall").object().field("name", called.get("name").text()).key("args");
  if (input.isObject) out.json(input);
  else out.object().end();
  out.end().end();
}

/** Gemini matches results to calls by the name of the function, which OpenAI's form has in the call only. */
function writeToolResult(out: JsonWriter, message: Json, messages: Json): void {
  const id = message.get("tool_call_id").text();
  const result = message.get("content");
  out.object().key("functionResponse").object().field("name", message.get("name").text(nameOfCall(id, messages))).key("response");
  const value = result.isString ? Json.parse(result.text()) : result;
  if (value.isObject) out.json(value);
  else out.object().field("result", result.text()).end();
  out.end().end();
}

function nameOfCall(id: string, messages: Json): string {
  for (let index = 0; index < messages.length; index++) {
    const calls = messages.at(index).get("tool_calls");
    for (let call = 0; call < calls.length; call++) {
      if (calls.at(call).get("id").text() == id) return calls.at(call).get("function").get("name").text();
    }
  }
  return id;
}

/** @param more Further settings, each if the request does not say. */
function writeSettings(out: JsonWriter, request: ProviderRequest, more: Json): void {
  const json = request.json;
  out.key("generationConfig").object();
  const fields = new BodyFields(out);
  const limit = json.get("max_completion_tokens");
  fields.pass("maxOutputTokens", limit.exists ? limit : json.get("max_tokens"));
  const stop = request.stop;
  if (stop.length > 0) {
    out.field("stopSequences", stop);
    fields.claim(["stopSequences"]);
  }
  for (let index = 0; index < SETTINGS.length; index += 2) fields.pass(SETTINGS[index + 1], json.get(SETTINGS[index]));
  const format = json.get("response_format");
  if (wantsJson(format)) {
    out.field("responseMimeType", "application/json");
    fields.claim(["responseMimeType"]);
    const schema = schemaOf(format);
    if (schema.exists) {
      fields.pass("responseJsonSchema", schema);
      fields.claim(["responseSchema"]);
    }
  }
  fields.passAll(more);
  out.end();
}

function writeTools(out: JsonWriter, tools: Json): void {
  if (!tools.isArray) return;
  out.key("tools").array();
  let declaring = false;
  for (let index = 0; index < tools.length; index++) {
    const described = tools.at(index).get("function");
    if (!described.isObject) continue;
    if (!declaring) out.object().key("functionDeclarations").array();
    declaring = true;
    out.object().field("name", described.get("name"));
    if (described.get("description").exists) out.field("description", described.get("description"));
    if (described.get("parameters").exists) out.field("parametersJsonSchema", described.get("parameters"));
    out.end();
  }
  if (declaring) out.end().end();
  // What is in Gemini's own form already.
  for (let index = 0; index < tools.length; index++) {
    if (!tools.at(index).get("function").isObject) out.json(tools.at(index));
  }
  out.end();
}

function writeChoice(out: JsonWriter, choice: Json): void {
  if (!choice.exists) return;
  out.key("toolConfig");
  const name = choice.get("function").get("name");
  if (!choice.isString && !name.exists) {
    out.json(choice);
    return;
  }
  const word = choice.text();
  const mode = name.exists || word == "required" ? "ANY" : word == "none" ? "NONE" : "AUTO";
  out.object().key("functionCallingConfig").object().field("mode", mode);
  if (name.exists) out.key("allowedFunctionNames").array().json(name).end();
  out.end().end();
}
