import { HttpAnswer } from "../http/http-answer";
import { Json } from "../json/json";

/** What the host found out for one ask: a server's answer, a provider's output, or why there is neither. */
@final
export class Answer extends HttpAnswer {
  /** For this library; authors get answers from `answers`. */
  constructor(private source: Json) {
    super();
    this.status = <i32>source.get("status").number(0);
    const code = source.get("error").get("code").number(0);
    this.code = code < 0 ? <i32>code : 0;
  }

  header(name: string): string {
    return this.source.get("headers").get(name).text();
  }

  /** The body as text; empty for one that is not UTF-8. */
  text(): string {
    return this.source.get("body").text();
  }

  /** False for a body that is not UTF-8, and for an answer without one. */
  get hasText(): bool {
    return this.source.get("body").isString;
  }

  json(): Json {
    return Json.parse(this.text());
  }

  /** Bytes of the body as it stands in the answer, in JSON: what reading it would cost. */
  get bodyBytes(): i32 {
    return <i32>this.source.get("body").sourceLength;
  }

  /** Where the answer came from, after redirects. */
  get url(): string {
    return this.source.get("url").text();
  }

  /** What a provider gave, for an ask of a completion; of kind `Missing` for any other. */
  get output(): Json {
    return this.source.get("output");
  }

  /** Why there is no answer, for people; empty if there is one. */
  get problem(): string {
    return this.source.get("error").get("message").text();
  }

  /** True if the same ask may go well when it is made again, as the host says of one that has failed. */
  get retryable(): bool {
    return this.source.get("error").get("retryable").boolean();
  }

  /** In how many milliseconds at the earliest; below 0 if nobody knows. */
  get retryAfterMs(): f64 {
    return this.source.get("error").get("retry_after_ms").number(-1);
  }
}
