import { ByteReader } from "../host/byte-reader";
import { decodeLossy } from "../host/lossy-utf8";
import { newBuffer } from "../host/memory";
import { addressOf } from "../host/utf8";
import { Json } from "../json/json";

/** First bytes of an event's data; more make it grow. */
const DATA: i32 = 1024;

/**
 * Reads server-sent events, as the HTML standard defines them.
 *
 * ```
 * const events = new EventStream(response.body);
 * while (events.next()) handle(events.type, events.data);
 * ```
 */
@final
export class EventStream {
  /** Name of the current event. */
  type: string = "message";
  /** Identifier of the last event that had one. */
  lastId: string = "";
  /** Milliseconds after which the server wants to be asked again; -1 if it did not say. */
  retryMs: i32 = -1;
  private first: bool = true;
  private buffer: ArrayBuffer = newBuffer(DATA);
  private size: i32 = 0;

  constructor(private body: ByteReader) {}

  /** Text of the current event, its lines joined by line feeds. */
  get data(): string {
    return decodeLossy(addressOf(this.buffer), this.size);
  }

  /** The current event's text as JSON; of kind `Missing` if it is none. Cheaper than `Json.parse(events.data)`. */
  json(): Json {
    // The buffer is used again for the next event; the zero stops the reader of a number.
    const bytes = newBuffer(this.size + 1);
    memory.copy(addressOf(bytes), addressOf(this.buffer), this.size);
    store<u8>(addressOf(bytes) + this.size, 0);
    return Json.view(bytes, this.size);
  }

  /** Goes on to the next event; false at the end. An event that the end cuts off is none; `body.code` tells of failures. */
  next(): bool {
    const body = this.body;
    let some = false;
    this.type = "message";
    this.size = 0;
    // Without its line end a line is not whole.
    while (body.nextLine() && !body.cutOff) {
      let start = body.lineAddress;
      let length = body.lineLength;
      if (this.first && length >= 3 && (load<u32>(start) & 0xffffff) == 0xbfbbef) {
        start += 3;
        length -= 3;
      }
      this.first = false;
      if (length == 0) {
        if (some) return true;
        this.type = "message";
        continue;
      }
      let colon = 0;
      while (colon < length && load<u8>(start + colon) != 0x3a) colon++;
      let value = start + min(colon + 1, length);
      const end = start + length;
      if (value < end && load<u8>(value) == 0x20) value++;
      if (colon == 4 && load<u32>(start) == 0x61746164) {
        this.add(value, <i32>(end - value), some);
        some = true;
      } else if (colon == 2 || colon == 5) {
        this.readField(decodeLossy(start, colon), decodeLossy(value, end - value));
      }
    }
    this.size = 0;
    return false;
  }

  /** Appends a line of data. */
  private add(start: usize, length: i32, further: bool): void {
    const needed = this.size + length + 1;
    if (needed > this.buffer.byteLength) {
      const larger = newBuffer(max(needed, this.buffer.byteLength * 2));
      memory.copy(addressOf(larger), addressOf(this.buffer), this.size);
      this.buffer = larger;
    }
    if (further) store<u8>(addressOf(this.buffer) + this.size++, 0x0a);
    memory.copy(addressOf(this.buffer) + this.size, start, length);
    this.size += length;
  }

  private readField(name: string, value: string): void {
    if (name == "event") {
      this.type = value.length > 0 ? value : "message";
    } else if (name == "id") {
      if (!value.includes("\0")) this.lastId = value;
    } else if (name == "retry") {
      this.readRetry(value);
    }
  }

  private readRetry(value: string): void {
    let number = 0;
    for (let index = 0; index < value.length; index++) {
      const digit = value.charCodeAt(index) - 0x30;
      if (<u32>digit > 9) return;
      number = min(number, 100_000_000) * 10 + digit;
    }
    if (value.length > 0) this.retryMs = number;
  }
}
