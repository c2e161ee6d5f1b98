import { Json } from "../json/json";
import { newBuffer } from "./memory";
import { addressOf, decodeUtf8, encodeUtf8 } from "./utf8";

/** First guess at the size of an answer. */
const GUESS: i32 = 1024;

/**
 * A function that the host itself offers, in addition to those of the contract: `mine.lookup` is declared as
 *
 *     @external("mine", "lookup")
 *     declare function lookup(ptr: usize, len: usize, out: usize, max: usize): i32;
 */
export type HostFunction = (ptr: usize, len: usize, out: usize, max: usize) => i32;

/** What a function of the host's own answered. */
@final
export class HostAnswer {
  /** For this library. */
  constructor(
    /** 0, or the negative `HostCode` because of which there is no answer. */
    readonly code: i32,
    private buffer: ArrayBuffer,
    private size: i32,
  ) {}

  /** True if there is an answer. */
  get ok(): bool {
    return this.code == 0;
  }

  /** The answer's JSON as text; empty if there is none. */
  text(): string {
    return decodeUtf8(addressOf(this.buffer), this.size);
  }

  /** The answer; of kind `Missing` if there is none. */
  json(): Json {
    return this.ok ? Json.view(this.buffer, this.size) : Json.missing;
  }
}

/**
 * Calls a function of the host's own.
 *
 * @param run The declared function; see `HostFunction`.
 * @param input JSON, as `JsonWriter` writes it.
 */
export function callHost(run: HostFunction, input: string): HostAnswer {
  const bytes = encodeUtf8(input);
  let buffer = newBuffer(GUESS);
  let size = run(addressOf(bytes), bytes.byteLength, addressOf(buffer), GUESS);
  if (size > GUESS) {
    buffer = newBuffer(size);
    // The host keeps an answer that did not fit: its function does not run again.
    size = run(addressOf(bytes), bytes.byteLength, addressOf(buffer), size);
  }
  return new HostAnswer(min(size, 0), buffer, max(0, min(size, buffer.byteLength)));
}
