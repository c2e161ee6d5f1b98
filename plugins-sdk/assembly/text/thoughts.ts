import { addressOf } from "../host/utf8";

/** Names of the tags between which models think. */
// @ts-ignore: decorator
@lazy const NAMES: string[] = ["think", "thinking", "thought", "thoughts", "reasoning"];

/** Where in a text a model thought, as offsets in bytes. */
@final
export class Thoughts {
  private starts: i32[] = [];
  private ends: i32[] = [];
  private next: i32 = 0;

  /** For this library. */
  add(start: i32, end: i32): void {
    this.starts.push(start);
    this.ends.push(end);
  }

  /** End of the thought in which `offset` lies; 0 if it lies in none. */
  endAt(offset: usize): usize {
    const place = <i32>offset;
    // Questions mostly come in the order of the text.
    if (this.next > 0 && this.ends[this.next - 1] > place) this.next = 0;
    while (this.next < this.ends.length && this.ends[this.next] <= place) this.next++;
    return this.next < this.ends.length && this.starts[this.next] <= place ? <usize>this.ends[this.next] : 0;
  }
}

/**
 * Finds `<think>…</think>` and its like. A thought that is not closed goes on to the end of the text; one of which the text has the end
 * alone began before the text, for some templates put the opening tag into the prompt.
 */
export function findThoughts(bytes: ArrayBuffer, length: i32): Thoughts {
  const thoughts = new Thoughts();
  const base = addressOf(bytes);
  let open = -1;
  let done = 0;
  for (let at = 0; at < length; at++) {
    if (load<u8>(base + at) != 0x3c) continue;
    const closing = load<u8>(base + at, 1) == 0x2f;
    const end = afterTag(base, at + (closing ? 2 : 1), length);
    if (end < 0) continue;
    if (!closing && open < 0) open = at;
    if (closing && (open >= 0 || done == 0)) {
      thoughts.add(open >= 0 ? open : 0, end);
      open = -1;
      done = end;
    }
    at = end - 1;
  }
  if (open >= 0) thoughts.add(open, length);
  return thoughts;
}

/** The place after one of the names and `>`; -1 if the text goes on with something else. */
function afterTag(base: usize, at: i32, length: i32): i32 {
  for (let index = 0; index < NAMES.length; index++) {
    const name = NAMES[index];
    const end = at + name.length;
    if (end >= length || load<u8>(base + end) != 0x3e) continue;
    let same = 0;
    while (same < name.length && (<i32>load<u8>(base + at + same) | 0x20) == name.charCodeAt(same)) same++;
    if (same == name.length) return end + 1;
  }
  return -1;
}
