import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";

/** The envelope of the current call. */
let envelope: Json = Json.missing;
/**
 * Writes what the plugin gives in place of a result; null if it gives one. A pointer, so that a plugin that never asks carries none of
 * the code for it.
 */
let instead: ((out: JsonWriter) => void) | null = null;

/** For this library: begins a call. */
export function setEnvelope(value: Json): void {
  envelope = value;
  instead = null;
}

/** For this library: what was sent in addition to the data. */
export function envelopeField(name: string): Json {
  return envelope.get(name);
}

/** For this library: drops the result of the current call, and has this written. */
export function giveInstead(write: (out: JsonWriter) => void): void {
  instead = write;
}

/** For this library: true if there is something to write in place of a result. */
export function hasInstead(): bool {
  return instead !== null;
}

/** For this library: writes it. */
export function writeInstead(out: JsonWriter): void {
  if (instead !== null) instead!(out);
  instead = null;
}

/** Names the current call in logs and traces; empty if the caller gave no name. */
export function requestId(): string {
  return envelope.get("context").get("request_id").text();
}

/** A value of the metadata that came with the current call; empty if there is none. */
export function contextValue(key: string): string {
  return envelope.get("context").get("metadata").get(key).text();
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
