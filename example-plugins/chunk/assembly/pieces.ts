import { isSpace } from "@testbench/plugins-sdk";

/** The units of a text: where each starts and ends. */
@final
export class Pieces {
  private starts: i32[] = [];
  private ends: i32[] = [];
  /** The same in code points. */
  private startPoints: i32[] = [];
  private endPoints: i32[] = [];

  constructor(private text: string, unit: string) {
    if (unit == "characters") this.addCharacters();
    else if (unit == "words") this.addWords();
    else this.addSentences();
    this.countPoints();
  }

  get count(): i32 {
    return this.starts.length;
  }

  start(index: i32): i32 {
    return this.starts[index];
  }

  end(index: i32): i32 {
    return this.ends[index];
  }

  startPoint(index: i32): i32 {
    return this.startPoints[index];
  }

  endPoint(index: i32): i32 {
    return this.endPoints[index];
  }

  /** Once for all, front to back: chunks that overlap go over the same places again. */
  private countPoints(): void {
    let unit = 0;
    let point = 0;
    for (let index = 0; index < this.starts.length; index++) {
      for (; unit < this.starts[index]; point++) unit += this.text.codePointAt(unit) > 0xffff ? 2 : 1;
      this.startPoints.push(point);
      for (; unit < this.ends[index]; point++) unit += this.text.codePointAt(unit) > 0xffff ? 2 : 1;
      this.endPoints.push(point);
    }
  }

  private add(start: i32, end: i32): void {
    this.starts.push(start);
    this.ends.push(end);
  }

  private addCharacters(): void {
    for (let at = 0; at < this.text.length; ) {
      const size = this.text.codePointAt(at) > 0xffff ? 2 : 1;
      this.add(at, at + size);
      at += size;
    }
  }

  private addWords(): void {
    let start = -1;
    for (let index = 0; index <= this.text.length; index++) {
      if (index < this.text.length && !isSpace(this.text.charCodeAt(index))) {
        if (start < 0) start = index;
      } else if (start >= 0) {
        this.add(start, index);
        start = -1;
      }
    }
  }

  /** A sentence ends after `.`, `!`, `?` or `…` and closing marks before white space, after `。！？`, and at an empty line. */
  private addSentences(): void {
    const text = this.text;
    let start = -1;
    let end = 0;
    for (let index = 0; index < text.length; index++) {
      if (isSpace(text.charCodeAt(index))) {
        if (start >= 0 && (endsSentence(text, start, end) || isEmptyLine(text, end, index))) {
          this.add(start, end);
          start = -1;
        }
        continue;
      }
      if (start < 0) start = index;
      end = index + 1;
      const unit = text.charCodeAt(index);
      if (unit == 0x3002 || unit == 0xff01 || unit == 0xff1f) {
        this.add(start, end);
        start = -1;
      }
    }
    if (start >= 0) this.add(start, end);
  }
}

function endsSentence(text: string, start: i32, end: i32): bool {
  let last = end - 1;
  while (last > start && "\"')]}»”’".includes(text.charAt(last))) last--;
  return ".!?…".includes(text.charAt(last));
}

/** True if a second end of a line stands at `index`, with white space only since `end`. */
function isEmptyLine(text: string, end: i32, index: i32): bool {
  if (text.charCodeAt(index) != 0x0a) return false;
  for (let before = end; before < index; before++) if (text.charCodeAt(before) == 0x0a) return true;
  return false;
}
