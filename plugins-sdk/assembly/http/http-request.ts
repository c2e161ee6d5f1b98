import { JsonWriter } from "../json/writer";
import { TextBuilder } from "../text/text-builder";

/** A request. Headers may hold `${secret:NAME}`, which the host fills in: the plugin never sees the secret. */
@final
export class HttpRequest {
  private names: string[] = [];
  private values: string[] = [];
  private body: string = "";
  private hasBody: bool = false;
  private timeoutMs: i32 = 0;
  private tokens: string[] = [];
  private places: i32[] = [];

  constructor(
    readonly method: string,
    readonly url: string,
  ) {}

  /** Sets a header, in the place of one of that name. The host refuses those that a plugin may not set. */
  header(name: string, value: string): HttpRequest {
    const key = lowerCase(name);
    const place = this.names.indexOf(key);
    if (place >= 0) {
      this.values[place] = value;
    } else {
      this.names.push(key);
      this.values.push(value);
    }
    return this;
  }

  /** Sends a text. */
  text(body: string, type: string = "text/plain;charset=utf-8"): HttpRequest {
    this.body = body;
    this.hasBody = true;
    // What the author has set stays.
    return this.names.includes("content-type") ? this : this.header("content-type", type);
  }

  /** Sends what a writer has written. */
  json(body: JsonWriter): HttpRequest {
    return this.text(body.toString(), "application/json");
  }

  /**
   * Puts an attachment of the call, in base64, in the place of a token of 8 to 64 letters, digits, `-` and `_`, which the body contains
   * exactly once.
   */
  attach(token: string, index: i32): HttpRequest {
    this.tokens.push(token);
    this.places.push(index);
    return this;
  }

  /** Bounds the time from asking to the last byte, in milliseconds; otherwise only the call's own counts. */
  timeout(ms: i32): HttpRequest {
    this.timeoutMs = ms;
    return this;
  }

  /** For this library. */
  write(out: JsonWriter): void {
    out.object().key("method").string(this.method).key("url").string(this.url).key("headers").object();
    for (let index = 0; index < this.names.length; index++) {
      out.key(unchecked(this.names[index])).string(unchecked(this.values[index]));
    }
    out.end();
    if (this.hasBody) out.key("body").string(this.body);
    if (this.tokens.length > 0) {
      out.key("attachments").object();
      for (let index = 0; index < this.tokens.length; index++) out.key(this.tokens[index]).integer(this.places[index]);
      out.end();
    }
    if (this.timeoutMs > 0) out.key("timeout_ms").integer(this.timeoutMs);
    out.end();
  }
}

/** Names of headers are ASCII; so the tables of `toLowerCase` are not needed. */
function lowerCase(name: string): string {
  const lower = new TextBuilder();
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index);
    lower.addUnit(<u32>(unit - 0x41) < 26 ? unit | 0x20 : unit);
  }
  return lower.toString();
}
