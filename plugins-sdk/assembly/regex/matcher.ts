import { foldPoint } from "../text/case-fold";
import { FirstCharacters } from "./first-characters";
import { CharacterSet, Op, Program, STRIDE } from "./program";

/** Where the matcher may be after one character, most wanted first. */
@final
class Threads {
  places: StaticArray<i32>;
  slots: StaticArray<i32>;
  count: i32 = 0;

  constructor(most: i32, slots: i32) {
    this.places = new StaticArray<i32>(most);
    this.slots = new StaticArray<i32>(most * slots);
  }
}

/**
 * Runs a pattern's instructions over a text, character by character, at all places at once: the time is
 * bounded by instructions times levels times characters, whatever the pattern.
 *
 * The result is that of a backtracking matcher, since places are kept in the order in which it would try
 * them, and a place that comes up a second time at the same character can only fail as the first did. What
 * follows from a place depends, besides the place, only on how many of the loops around it have taken a
 * character in their current turn; once an inner one has, the outer ones have. So a number does, and
 * a place is remembered together with it.
 */
@final
export class Matcher {
  /** Where the match and its groups begin and end, in pairs; -1 for a group that took no part. */
  readonly found: StaticArray<i32>;
  private code: StaticArray<i32>;
  private sets: StaticArray<CharacterSet>;
  private first: FirstCharacters;
  private width: i32;
  private slots: StaticArray<i32>;
  private current: Threads;
  private next: Threads;
  /** Round in which a place was last seen. */
  private seen: StaticArray<i32>;
  private round: i32 = 0;
  /** Places still to be tried, and (negative) slots to be restored before the next. */
  private stack: StaticArray<i32> = new StaticArray<i32>(128);
  private anchored: bool;
  private text: string = "";

  constructor(
    program: Program,
    private ignoreCase: bool,
  ) {
    const count = program.length;
    this.code = StaticArray.fromArray(program.code);
    this.sets = StaticArray.fromArray(program.sets);
    this.first = new FirstCharacters(program, ignoreCase);
    this.width = program.levels + 1;
    this.slots = new StaticArray<i32>(program.slots);
    this.found = new StaticArray<i32>(program.slots);
    this.current = new Threads(count, program.slots);
    this.next = new Threads(count, program.slots);
    this.seen = new StaticArray<i32>(count * (program.levels + 1));
    this.anchored = program.op(1) == Op.TextStart;
  }

  /**
   * Looks for the first match that begins at or after unit `from`; `found` tells where it is.
   *
   * @param any Any match will do: stops as soon as there is one, and `found` may be a shorter one.
   */
  search(text: string, from: i32, any: bool): bool {
    this.text = text;
    const length = text.length;
    let matched = false;
    this.current.count = 0;
    for (let at = from; at <= length; ) {
      const point = at < length ? text.codePointAt(at) : -1;
      if (this.step(at, this.ignoreCase ? foldPoint(point) : point, !matched && (at == 0 || !this.anchored))) {
        if (any) return true;
        matched = true;
      }
      at += point > 0xffff ? 2 : 1;
      if (this.current.count > 0) continue;
      if (matched || this.anchored) break;
      at = this.skip(at);
    }
    return matched;
  }

  /** First unit from `at` on that a match can begin with; the text's end otherwise. */
  private skip(at: i32): i32 {
    const text = this.text;
    const length = text.length;
    const ascii = this.first.ascii;
    const wide = this.first.wide;
    for (; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit < 128 ? unchecked(ascii[unit]) : wide) break;
    }
    return at;
  }

  /** Moves all threads on to what can take the character at unit `at`; true if one of them has matched. */
  private step(at: i32, point: i32, begin: bool): bool {
    const current = this.current;
    const next = this.next;
    const slots = this.slots;
    const size = <usize>slots.length << 2;
    this.nextRound();
    next.count = 0;
    this.current = next;
    this.next = current;
    for (let index = 0; index < current.count; index++) {
      memory.copy(changetype<usize>(slots), changetype<usize>(current.slots) + <usize>index * size, size);
      const place = unchecked(current.places[index]);
      // Less wanted threads are of no interest any more.
      if (this.follow(place + 1, unchecked(this.code[place * STRIDE + 3]), at, point)) return true;
    }
    if (!begin) return false;
    memory.fill(changetype<usize>(slots), 0xff, size);
    return this.follow(0, 0, at, point);
  }

  private nextRound(): void {
    if (this.round == i32.MAX_VALUE) {
      this.seen.fill(0);
      this.round = 0;
    }
    this.round++;
  }

  /** Follows everything that takes no character, in the order of preference; true if that leads to a match. */
  private follow(place: i32, progress: i32, at: i32, point: i32): bool {
    const code = this.code;
    let top = this.push(0, place, progress);
    while (top > 0) {
      top -= 2;
      place = unchecked(this.stack[top]);
      progress = unchecked(this.stack[top + 1]);
      if (place < 0) {
        unchecked((this.slots[~place] = progress));
        continue;
      }
      while (true) {
        const op = <Op>unchecked(code[place * STRIDE]);
        const x = unchecked(code[place * STRIDE + 1]);
        const key = place * this.width + (op > Op.Set ? progress : 0);
        if (unchecked(this.seen[key]) == this.round) break;
        unchecked((this.seen[key] = this.round));
        if (op == Op.Point) {
          if (x == point) this.keep(place);
          break;
        }
        if (op == Op.Set) {
          if (point >= 0 && unchecked(this.sets[x]).has(point)) this.keep(place);
          break;
        }
        if (op == Op.Match) {
          memory.copy(changetype<usize>(this.found), changetype<usize>(this.slots), <usize>this.slots.length << 2);
          return true;
        }
        if (op == Op.Split) {
          top = this.push(top, unchecked(code[place * STRIDE + 2]), progress);
          place = x;
          continue;
        }
        if (op == Op.Jump) {
          place = x;
          continue;
        }
        if (op == Op.Save) {
          top = this.push(top, ~x, unchecked(this.slots[x]));
          unchecked((this.slots[x] = at));
        } else if (op == Op.Forget) {
          const end = unchecked(code[place * STRIDE + 2]);
          for (let slot = x; slot < end; slot++) {
            top = this.push(top, ~slot, unchecked(this.slots[slot]));
            unchecked((this.slots[slot] = -1));
          }
        } else if (op == Op.Progress) {
          if (progress < x) break;
          progress = x - 1;
        } else if (!this.holds(op, at)) {
          break;
        }
        place++;
      }
    }
    return false;
  }

  private push(top: i32, place: i32, value: i32): i32 {
    if (top + 2 > this.stack.length) {
      const larger = new StaticArray<i32>(this.stack.length * 2);
      memory.copy(changetype<usize>(larger), changetype<usize>(this.stack), <usize>top << 2);
      this.stack = larger;
    }
    unchecked((this.stack[top] = place));
    unchecked((this.stack[top + 1] = value));
    return top + 2;
  }

  /** Keeps a place that takes the current character, with its slots. */
  private keep(place: i32): void {
    const threads = this.current;
    const size = <usize>this.slots.length << 2;
    memory.copy(changetype<usize>(threads.slots) + <usize>threads.count * size, changetype<usize>(this.slots), size);
    unchecked((threads.places[threads.count++] = place));
  }

  private holds(op: Op, at: i32): bool {
    const length = this.text.length;
    if (op == Op.TextStart) return at == 0;
    if (op == Op.TextEnd) return at == length;
    if (op == Op.LineStart) return at == 0 || isLineEnd(this.text.charCodeAt(at - 1));
    if (op == Op.LineEnd) return at == length || isLineEnd(this.text.charCodeAt(at));
    const before = at > 0 && this.isWord(this.text.charCodeAt(at - 1));
    const after = at < length && this.isWord(this.text.charCodeAt(at));
    return (before != after) == (op == Op.WordEdge);
  }

  private isWord(unit: i32): bool {
    if (unit < 128) return <u32>((unit | 0x20) - 0x61) < 26 || <u32>(unit - 0x30) < 10 || unit == 0x5f;
    return this.ignoreCase && (unit == 0x17f || unit == 0x212a);
  }
}

function isLineEnd(unit: i32): bool {
  return unit == 0x0a || unit == 0x0d || unit == 0x2028 || unit == 0x2029;
}
