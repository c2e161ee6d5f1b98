import { ByteReader } from "../host/byte-reader";
import { TextBuilder } from "../text/text-builder";

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
  /** Text of the current event, its lines joined by line feeds. */
  data: string = "";
  /** Identifier of the last event that had one. */
  lastId: string = "";
  /** Milliseconds after which the server wants to be asked again; -1 if it did not say. */
  retryMs: i32 = -1;
  private first: bool = true;

  constructor(private body: ByteReader) {}

  /** Goes on to the next event; false at the end. An event that the end cuts off is none; `body.code` tells of failures. */
  next(): bool {
    const data = new TextBuilder();
    let some = false;
    this.type = "message";
    this.data = "";
    while (true) {
      let line = this.body.readLine();
      // Without its line end it is not whole.
      if (line === null || this.body.cutOff) return false;
      if (this.first && line.startsWith("\ufeff")) line = line.substring(1);
      this.first = false;
      if (line.length == 0) {
        if (some) {
          this.data = data.toString();
          return true;
        }
        this.type = "message";
        continue;
      }
      const colon = line.indexOf(":");
      if (colon == 0) continue;
      const name = colon < 0 ? line : line.substring(0, colon);
      let value = colon < 0 ? "" : line.substring(colon + 1);
      if (value.startsWith(" ")) value = value.substring(1);
      if (name == "data") {
        if (some) data.addUnit(0x0a);
        data.add(value);
        some = true;
      } else if (name == "event") {
        this.type = value.length > 0 ? value : "message";
      } else if (name == "id") {
        if (!value.includes("\0")) this.lastId = value;
      } else if (name == "retry") {
        this.readRetry(value);
      }
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
