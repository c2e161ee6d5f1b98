import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { ProviderRequest } from "../plugin/provider";
import { isSentImage, SentAttachments } from "./sent-attachments";

// A constant would be in every plugin.
function taken(): string {
  return "images (PNG, JPEG, GIF, WebP), audio (WAV, MP3), PDF and text";
}

/** Writes the conversation, with the files of the request before the text of the user's last turn. */
export function writeOpenAiMessages(out: JsonWriter, request: ProviderRequest, sent: SentAttachments): void {
  const messages = request.json.get("messages");
  if (sent.length == 0 && messages.isArray) {
    out.field("messages", messages);
    return;
  }
  out.key("messages").array();
  if (!messages.isArray) {
    out.object().field("role", "user").key("content");
    if (sent.length == 0) out.string(request.prompt);
    else writeContent(out, Json.missing, request.prompt, sent);
    out.end();
  }
  const place = lastOfUser(messages);
  for (let index = 0; index < messages.length; index++) {
    const message = messages.at(index);
    if (index != place) {
      out.json(message);
      continue;
    }
    out.object();
    for (let field = 0; field < message.length; field++) {
      const name = message.keyAt(field);
      if (name != "content") out.field(name, message.at(field));
    }
    out.key("content");
    writeContent(out, message.get("content"), "", sent);
    out.end();
  }
  out.end();
}

/** The turn that gets the files; -1 if the user says nothing. */
export function lastOfUser(messages: Json): i32 {
  for (let index = messages.length - 1; index >= 0; index--) {
    if (messages.at(index).get("role").text() == "user") return index;
  }
  return -1;
}

function writeContent(out: JsonWriter, content: Json, text: string, sent: SentAttachments): void {
  out.array();
  for (let index = 0; index < sent.length; index++) writePart(out, sent, index);
  if (content.isArray) {
    for (let index = 0; index < content.length; index++) out.json(content.at(index));
  } else {
    const own = content.exists ? content.text() : text;
    if (own.length > 0) out.object().field("type", "text").field("text", own).end();
  }
  out.end();
}

function writePart(out: JsonWriter, sent: SentAttachments, index: i32): void {
  const file = sent.files[index];
  const type = file.mediaType;
  if (isSentImage(type)) {
    out.object().field("type", "image_url").key("image_url").object().field("url", sent.dataUrl(index)).end().end();
  } else if (type == "audio/wav" || type == "audio/mpeg") {
    out.object().field("type", "input_audio").key("input_audio").object();
    out.field("data", sent.token(index)).field("format", type == "audio/wav" ? "wav" : "mp3").end().end();
  } else if (type == "application/pdf") {
    out.object().field("type", "file").key("file").object();
    out.field("filename", file.field + ".pdf").field("file_data", sent.dataUrl(index)).end().end();
  } else {
    const text = type.startsWith("text/") ? file.text() : null;
    if (text === null) sent.refuse(index, taken());
    else out.object().field("type", "text").field("text", text).end();
  }
}
