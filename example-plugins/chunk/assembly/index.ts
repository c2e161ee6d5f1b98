import { fail, invalidInput, Json, JsonWriter, oneOf, plugin, range, TextBuilder, textFieldOf, Transform } from "@testbench/plugins-sdk";

import { Pieces } from "./pieces";

/** A text of more chunks than this has a wrong configuration, and its output would be too long. */
const MAX_CHUNKS: i32 = 100000;

class Options {
  /** Unit of `size` and `overlap`. */
  @oneOf(["characters", "words", "sentences"])
  unit: string = "words";
  /** Maximum number of units in a chunk. */
  @range(1, 1000000)
  size: i32 = 200;
  /** Units that a chunk shares with the one before; less than `size`. */
  @range(0, 999999)
  overlap: i32 = 0;
  /** Which chunks make up the new text of an object. */
  @oneOf(["all", "first", "last"])
  take: string = "all";
  /** Text between those chunks. */
  separator: string = "\n\n";
}

@plugin({ name: "chunk" })
export class Chunk extends Transform {
  config: Options = new Options();

  start(): void {
    if (this.config.overlap >= this.config.size) {
      invalidInput('Cannot divide texts: "overlap" is ' + this.config.overlap.toString() + ', expected less than "size"');
    }
  }

  transform(data: Json, out: JsonWriter): void {
    const field = data.isString ? "" : textFieldOf(data, "divide");
    const value = data.isString ? data : data.get(field);
    if (!value.isString) return;
    const text = value.text();
    const pieces = new Pieces(text, this.config.unit);
    const step = this.config.size - this.config.overlap;
    if (pieces.count / step > MAX_CHUNKS) {
      fail("Cannot divide: more than " + MAX_CHUNKS.toString() + " chunks");
      return;
    }
    const take = this.config.take;
    const taken = new TextBuilder();
    out.object().key("chunks").array();
    for (let first = 0; first < pieces.count; first += step) {
      const last = min(first + this.config.size, pieces.count) - 1;
      const isLast = last == pieces.count - 1;
      out.object()
        .field("text", text.substring(pieces.start(first), pieces.end(last)))
        .field("start", pieces.startPoint(first))
        .field("end", pieces.endPoint(last))
        .end();
      if (take == "first" ? first == 0 : take == "last" ? isLast : true) {
        if (take == "all" && first > 0) taken.add(this.config.separator);
        taken.addPart(text, pieces.start(first), pieces.end(last));
      }
      if (isLast) break;
    }
    out.end();
    if (field.length > 0) out.key(field).string(taken.toString());
    out.end();
  }
}
