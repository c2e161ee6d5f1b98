import { describeHostCode, HostCode } from "../host/host-code";
import { http } from "../http/http";
import { Answer } from "../asking/answer";
import { ask, kept } from "../asking/ask";
import { HttpAnswer } from "../http/http-answer";
import { HttpRequest } from "../http/http-request";
import { HttpResponse } from "../http/http-response";
import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { now } from "../host/system";
import { ErrorCode, fail } from "../plugin/failure";
import { failRetryable, failWithDetails } from "../plugin/failure-details";
import { ProviderError } from "./provider-error";
import { SentAttachments } from "./sent-attachments";
import { retryAfterMs } from "./retry-after";

/** Most characters of a server's own words in an error. */
const MAX_WORDS: i32 = 300;
/** A rest that fits an integer, whatever a server says; hosts cap it themselves. */
const MAX_WAIT_MS: f64 = 1e12;

/** Types of errors in a stream that come again. */
// @ts-ignore: decorator
@lazy const FINAL: string[] = [
  "invalid_request_error", "authentication_error", "permission_error", "billing_error", "not_found_error", "request_too_large",
];

/** A server of models: where it is, how it is asked, how often. */
@final
export class ChatServer {
  private names: string[] = [];
  private values: string[] = [];
  /** When the last attempt began. */
  private began: i64 = 0;
  /** True while a failure is told that the host calls passing. */
  private late: bool = false;

  /**
   * @param baseUrl What all paths are added to.
   * @param timeoutMs Time for one attempt, in milliseconds; 0 for the call's own.
   * @param retries Further attempts after one that may succeed when it is repeated at once.
   */
  constructor(
    private baseUrl: string,
    private timeoutMs: i32,
    private retries: i32,
  ) {
    while (this.baseUrl.endsWith("/")) this.baseUrl = this.baseUrl.substring(0, this.baseUrl.length - 1);
  }

  /** Sends a header with every request. */
  header(name: string, value: string): ChatServer {
    this.names.push(name);
    this.values.push(value);
    return this;
  }

  /**
   * Posts JSON. After a failure the call has failed, with a code of `ProviderError`, and there is no response.
   *
   * A plugin cannot wait. So what may work at once is tried again at once; a server that wants to be left
   * alone for a while is, and the failure's details say for how long: `status`, `retryable`, `retry_after_ms`. A request whose connection broke may have been served
   * and paid for already; it is sent again all the same.
   */
  post(path: string, body: JsonWriter, sent: SentAttachments | null = null): HttpResponse | null {
    for (let attempt = 0; ; attempt++) {
      this.began = now();
      const response = http.fetch(this.request(path, body, sent));
      if (response.ok) return response;
      if (attempt < this.retries && isWorthRepeating(response)) {
        response.close();
        continue;
      }
      this.failFor(response, attempt + 1);
      response.close();
      return null;
    }
  }

  /** Asks the host to post JSON: the plugin is called again with the answer. */
  ask(path: string, body: JsonWriter, sent: SentAttachments | null = null): void {
    ask.request(this.request(path, body, sent));
  }

  /**
   * Looks at an answer that is no answer to read.
   *
   * @param words What the server says about it, where it does not say so in the usual place.
   * @returns True if it is to be asked for once more, since that may work at once. Otherwise the call has failed, with a code of `ProviderError`.
   */
  repeats(answer: Answer, words: string = ""): bool {
    const attempts = <i32>kept().number(0) + 1;
    if (attempts <= this.retries && isWorthRepeating(answer)) {
      ask.keep(new JsonWriter().integer(attempts));
      return true;
    }
    this.late = answer.retryable;
    this.failFor(answer, attempts, words);
    this.late = false;
    return false;
  }

  /** True if what an answer says may pass when the same is asked again at once, however often it was. */
  mayRepeat(answer: Answer): bool {
    return isWorthRepeating(answer);
  }

  private request(path: string, body: JsonWriter, sent: SentAttachments | null): HttpRequest {
    const request = new HttpRequest("POST", this.baseUrl + path).json(body);
    if (sent !== null) sent.attachTo(request);
    for (let index = 0; index < this.names.length; index++) request.header(this.names[index], this.values[index]);
    if (this.timeoutMs > 0) request.timeout(this.timeoutMs);
    return request;
  }

  /** Fails the call because of what the host said. */
  failForCode(code: i32, detail: string = ""): void {
    const kind = code == HostCode.PERMISSION_DENIED || code == HostCode.INVALID_ARGUMENT ? ProviderError.NOT_PERMITTED
      : code == HostCode.LIMIT_EXCEEDED ? ProviderError.LIMIT_EXCEEDED
      : code == HostCode.CANCELLED ? ErrorCode.TIMEOUT
      : ProviderError.DISCONNECTED;
    const text = "Cannot complete: the request was " + describeHostCode(code) + detail;
    // Of the host's limits only the time of an attempt may be kept another time.
    const isLate = this.late || (this.began > 0 && this.timeoutMs > 0 && now() - this.began >= this.timeoutMs);
    if (kind == ProviderError.DISCONNECTED || (isLate && kind == ProviderError.LIMIT_EXCEEDED)) failRetryable(text, kind);
    else fail(text, kind);
  }

  private failFor(response: HttpAnswer, attempts: i32, said: string = ""): void {
    const after = attempts > 1 ? " (attempt " + attempts.toString() + ")" : "";
    if (response.code < 0) {
      this.failForCode(response.code, after);
      return;
    }
    const status = response.status;
    const wait = retryAfterMs(response);
    const body = response.json();
    let message = "Cannot complete: the server answered " + status.toString() + after;
    const words = said.length > 0 ? shorten(said) : serverWords(body);
    if (words.length > 0) message += ": " + words;
    if (wait > 0) message += "; it wants to be asked again in " + (<i64>Math.ceil(Math.min(wait, MAX_WAIT_MS) / 1000)).toString() + " s";
    const retryable = mayWorkLater(response) && body.get("error").get("code").text() != "insufficient_quota";
    const details = new JsonWriter().object().field("status", status).field("retryable", retryable);
    if (retryable && wait >= 0) details.key("retry_after_ms").integer(<i64>Math.ceil(Math.min(wait, MAX_WAIT_MS)));
    failWithDetails(message, codeForStatus(status), details.end());
  }
}

/** Fails the call because the answer makes no sense. */
export function failForAnswer(problem: string): void {
  fail("Cannot complete: the server's answer " + problem, ProviderError.BAD_ANSWER);
}

/** Fails the call because the answer is cut off. */
export function failForHalf(): void {
  failRetryable("Cannot complete: the server's answer ends before its end", ProviderError.BAD_ANSWER);
}

/** Fails the call because of an error that came in the middle of a stream. */
export function failInStream(event: Json): void {
  const text = "Cannot complete: the server broke off: " + serverWords(event);
  // What was wrong with the request stays wrong; the server's own trouble may pass.
  if (FINAL.includes(event.get("error").get("type").text())) fail(text, ProviderError.UNAVAILABLE);
  else failRetryable(text, ProviderError.UNAVAILABLE);
}

/** What a server says about its error, in the form that all of them use; shortened. */
function serverWords(body: Json): string {
  const error = body.get("error");
  const words = error.isString ? error.text() : error.get("message").text();
  return shorten(words);
}

function shorten(words: string): string {
  return words.length > MAX_WORDS ? words.substring(0, MAX_WORDS) + "…" : words;
}

function codeForStatus(status: i32): i32 {
  if (status == 401 || status == 403) return ProviderError.UNAUTHORIZED;
  if (status == 429) return ProviderError.RATE_LIMITED;
  if (status == 408) return ErrorCode.TIMEOUT;
  return status >= 500 ? ProviderError.UNAVAILABLE : ProviderError.REJECTED;
}

function isWorthRepeating(response: HttpAnswer): bool {
  if (response.code < 0) return response.code == HostCode.INPUT_OUTPUT;
  return retryAfterMs(response) <= 0 && mayWorkLater(response);
}

/** By the status, or as the server says itself. */
function mayWorkLater(response: HttpAnswer): bool {
  const told = response.header("x-should-retry");
  if (told == "true" || told == "false") return told == "true";
  const status = response.status;
  return status == 408 || status == 409 || status == 429 || status >= 500;
}
