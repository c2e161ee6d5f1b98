import { now } from "../host/system";
import { parseHttpDate } from "../http/http-date";
import { HttpAnswer } from "../http/http-answer";
import { Json } from "../json/json";

/**
 * In how many milliseconds a server wants to be asked again; -1 if it does not say.
 *
 * `retry-after-ms` is what some servers of models send besides `retry-after`, which is in seconds or a date. A date is taken by the
 * server's own clock where its answer has one.
 */
export function retryAfterMs(response: HttpAnswer): f64 {
  const ms = amount(response.header("retry-after-ms"));
  if (ms >= 0) return ms;
  const text = response.header("retry-after");
  const seconds = amount(text);
  if (seconds >= 0) return seconds * 1000;
  const date = parseHttpDate(text);
  if (isNaN(date)) return -1;
  const theirs = parseHttpDate(response.header("date"));
  return Math.max(0, date - (isNaN(theirs) ? <f64>now() : theirs));
}

/** A number from 0; -1 for anything else. */
function amount(text: string): f64 {
  const value = Json.parse(text).number(-1);
  return value >= 0 ? value : -1;
}
