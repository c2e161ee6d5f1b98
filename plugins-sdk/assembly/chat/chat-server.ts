import { describeHostCode, HostCode } from "../host/host-code";
import { http } from "../http/http";
import { HttpRequest } from "../http/http-request";
import { HttpResponse } from "../http/http-response";
import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { ErrorCode, fail } from "../plugin/failure";
import { ProviderError } from "./provider-error";

/** Most characters of a server's own words in an error. */
const MAX_WORDS: i32 = 300;

/** A server of models: where it is, how it is asked, how often. */
@final
export class ChatServer {
  private names: string[] = [];
  private values: string[] = [];

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
   * alone for a while is, and the message says for how long. A request whose connection broke may have been served
   * and paid for already; it is sent again all the same.
   */
  post(path: string, body: JsonWriter): HttpResponse | null {
    const url = this.baseUrl + path;
    for (let attempt = 0; ; attempt++) {
      const request = new HttpRequest("POST", url).json(body);
      for (let index = 0; index < this.names.length; index++) request.header(this.names[index], this.values[index]);
      if (this.timeoutMs > 0) request.timeout(this.timeoutMs);
      const response = http.fetch(request);
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

  private failFor(response: HttpResponse, attempts: i32): void {
    const after = attempts > 1 ? " (attempt " + attempts.toString() + ")" : "";
    if (response.code < 0) {
      failForCode(response.code, after);
      return;
    }
    const status = response.status;
    const wait = response.header("retry-after");
    let message = "Cannot complete: the server answered " + status.toString() + after;
    const words = serverWords(response.json());
    if (words.length > 0) message += ": " + words;
    if (wait.length > 0) message += "; it wants to be asked again after " + wait.substring(0, 40) + " (seconds or a date)";
    fail(message, codeForStatus(status));
  }
}

/** Fails the call because of what the host said. */
export function failForCode(code: i32, detail: string = ""): void {
  const kind = code == HostCode.PERMISSION_DENIED || code == HostCode.INVALID_ARGUMENT ? ProviderError.NOT_PERMITTED
    : code == HostCode.LIMIT_EXCEEDED ? ProviderError.LIMIT_EXCEEDED
    : code == HostCode.CANCELLED ? ErrorCode.TIMEOUT
    : ProviderError.DISCONNECTED;
  fail("Cannot complete: the request was " + describeHostCode(code) + detail, kind);
}

/** Fails the call because the answer makes no sense. */
export function failForAnswer(problem: string): void {
  fail("Cannot complete: the server's answer " + problem, ProviderError.BAD_ANSWER);
}

/** Fails the call because of an error that came in the middle of a stream. */
export function failInStream(event: Json): void {
  fail("Cannot complete: the server broke off: " + serverWords(event), ProviderError.UNAVAILABLE);
}

/** What a server says about its error, in the form that all of them use; shortened. */
function serverWords(body: Json): string {
  const error = body.get("error");
  const words = error.isString ? error.text() : error.get("message").text();
  return words.length > MAX_WORDS ? words.substring(0, MAX_WORDS) + "…" : words;
}

function codeForStatus(status: i32): i32 {
  if (status == 401 || status == 403) return ProviderError.UNAUTHORIZED;
  if (status == 429) return ProviderError.RATE_LIMITED;
  if (status == 408) return ErrorCode.TIMEOUT;
  return status >= 500 ? ProviderError.UNAVAILABLE : ProviderError.REJECTED;
}

function isWorthRepeating(response: HttpResponse): bool {
  if (response.code < 0) return response.code == HostCode.INPUT_OUTPUT;
  const wait = response.header("retry-after");
  if (wait.length > 0 && wait != "0") return false;
  return response.status == 408 || response.status == 429 || response.status >= 500;
}
