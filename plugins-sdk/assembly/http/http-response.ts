import { ByteReader, ByteSource } from "../host/byte-reader";
import { host_http_close, host_http_head, host_http_read } from "../host/imports";
import { newBuffer } from "../host/memory";
import { addressOf } from "../host/utf8";
import { Json } from "../json/json";
import { HttpAnswer } from "./http-answer";

/** First guess at the size of an answer's head. */
const HEAD: i32 = 2048;

@final
class Body extends ByteSource {
  constructor(private handle: i32) {
    super();
  }

  pull(ptr: usize, max: usize): i32 {
    return host_http_read(this.handle, ptr, max);
  }
}

/**
 * The answer to a request, whose body may still be arriving.
 *
 * A request that failed is an answer with status 0 and a negative `code`, so that one check is enough.
 */
@final
export class HttpResponse extends HttpAnswer {
  /** The body, as it arrives. */
  readonly body: ByteReader;
  private head: Json;

  /** For this library: waits for the head. */
  constructor(private handle: i32) {
    super();
    this.body = new ByteReader(new Body(handle));
    let code = handle;
    let head = Json.missing;
    if (handle >= 0) {
      let buffer = newBuffer(HEAD);
      code = host_http_head(handle, addressOf(buffer), HEAD);
      if (code > HEAD) {
        buffer = newBuffer(code);
        code = host_http_head(handle, addressOf(buffer), code);
      }
      if (code >= 0) head = Json.view(buffer, min(code, buffer.byteLength));
    }
    this.head = head;
    this.code = min(code, 0);
    this.status = <i32>head.get("status").number(0);
  }

  /** Where the answer came from, after redirects. */
  get url(): string {
    return this.head.get("url").text();
  }

  /** A header; empty if there is none. Its name is in lower case. */
  header(name: string): string {
    return this.head.get("headers").get(name).text();
  }

  /** The rest of the body as text. */
  text(): string {
    return this.body.readAll();
  }

  /** The body as JSON; of kind `Missing` if it is not JSON or did not come whole. */
  json(): Json {
    const bytes = this.body.readBytes();
    return this.body.code < 0 ? Json.missing : Json.view(bytes, this.body.byteLength);
  }

  /** Gives the connection up; the end of the call does so, too. */
  close(): void {
    if (this.handle >= 0) host_http_close(this.handle);
  }
}
