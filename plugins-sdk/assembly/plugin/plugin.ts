import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";

/** The envelope's `context` of the current call. */
let context: Json = Json.missing;

/** For this library: sets what `requestId` and `contextValue` read. */
export function setContext(value: Json): void {
  context = value;
}

/** Names the current call in logs and traces; empty if the caller gave no name. */
export function requestId(): string {
  return context.get("request_id").text();
}

/** A value of the metadata that came with the current call; empty if there is none. */
export function contextValue(key: string): string {
  return context.get("metadata").get(key).text();
}

/** Base of the five types. Authors extend one of those instead. */
export abstract class Plugin {
  /** Called once, after the configuration is read; `fail` refuses to start. */
  start(): void {}

  /** Called once, before the plugin goes. */
  stop(): void {}

  /** Asked before this plugin replaces a running one. */
  healthy(): bool {
    return true;
  }

  /** Reads the `data` of one call and writes the `data` of its result. */
  abstract handle(data: Json, out: JsonWriter): void;
}
