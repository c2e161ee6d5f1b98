import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { ErrorCode, failDescribed, hasFailed } from "./failure";

/** Code, message and details of the last failure that has any, as JSON. */
let description: string = "";

function describe(out: JsonWriter): void {
  out.json(Json.parse(description));
}

/**
 * As `fail`, with details for the caller: a whole JSON object, of which a host reads `retryable` and `retry_after_ms` itself.
 *
 * ```
 * failWithDetails("Cannot ask: status 404", -30, new JsonWriter().object().field("status", 404).field("retryable", false).end());
 * ```
 */
export function failWithDetails(text: string, errorCode: i32, details: JsonWriter): void {
  if (hasFailed()) return;
  const code = errorCode < 0 ? errorCode : ErrorCode.ERROR;
  const described = new JsonWriter();
  described.object().field("code", code).field("message", text).field("details", Json.parse(details.toString())).end();
  // A mistake of the writer has failed the call by itself.
  if (hasFailed()) return;
  description = described.toString();
  failDescribed(text, code, describe);
}

/**
 * As `fail`, for what may go well when the same call is made again: a server that is busy, a connection that broke.
 *
 * @param retryAfterMs In how many milliseconds at the earliest; below 0 if nobody knows.
 */
export function failRetryable(text: string, errorCode: i32 = ErrorCode.ERROR, retryAfterMs: f64 = -1): void {
  const details = new JsonWriter().object().field("retryable", true);
  if (retryAfterMs >= 0) details.key("retry_after_ms").integer(<i64>Math.ceil(retryAfterMs));
  failWithDetails(text, errorCode, details.end());
}
