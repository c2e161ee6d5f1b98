import { EditTable } from "./edit-table";

/** Longest stretch of words that is moved at once, and how far; as in Tercom. */
const MAX_SHIFT_SIZE: i32 = 10;
const MAX_SHIFT_DISTANCE: i32 = 50;
/** Moves that are tried for a sentence before the search ends. */
const MAX_CANDIDATES: i32 = 1000;

/**
 * Counts the edits of TER: insertions, deletions, substitutions, and moves of a stretch of words.
 *
 * Which moves are best cannot be found quickly, so Tercom takes the move that helps most, again and again.
 * The search here follows sacreBLEU's in the order of its choices, since the result depends on it.
 */
export function countEdits(words: StaticArray<i32>, reference: StaticArray<i32>): i32 {
  if (reference.length == 0) return words.length;
  const search = new ShiftSearch(words, reference);
  let shifts = 0;
  while (search.step()) shifts++;
  return shifts + search.table.distance(search.words);
}

@final
class ShiftSearch {
  readonly table: EditTable;
  private tried: i32 = 0;
  private best: StaticArray<i32> = new StaticArray<i32>(0);
  private bestGain: i32 = 0;
  private bestLength: i32 = 0;
  private bestStart: i32 = 0;
  private bestTarget: i32 = 0;
  private found: bool = false;

  constructor(
    public words: StaticArray<i32>,
    private reference: StaticArray<i32>,
  ) {
    this.table = new EditTable(reference, words.length);
  }

  /** Makes the best move; false if none helps. */
  step(): bool {
    const words = this.words;
    const reference = this.reference;
    const before = this.table.distance(words);
    this.table.traceBack();
    this.found = false;
    for (let start = 0; start < words.length; start++) {
      for (let place = 0; place < reference.length; place++) {
        if (abs(place - start) > MAX_SHIFT_DISTANCE) continue;
        const longest = min(MAX_SHIFT_SIZE, min(words.length - start, reference.length - place));
        for (let length = 1; length <= longest; length++) {
          if (words[start + length - 1] != reference[place + length - 1]) break;
          this.consider(start, place, length, before);
          if (this.tried >= MAX_CANDIDATES) return false;
        }
      }
    }
    if (!this.found || this.bestGain <= 0) return false;
    this.words = this.best;
    return true;
  }

  /** Tries to move the stretch to where the reference has it, and to the places right after. */
  private consider(start: i32, place: i32, length: i32, before: i32): void {
    const table = this.table;
    if (!anySet(table.wordWrong, start, length) || !anySet(table.referenceWrong, place, length)) return;
    const aligned = table.alignment[place];
    if (aligned >= start && aligned < start + length) return;
    let last = -1;
    for (let offset = -1; offset < length; offset++) {
      const anchor = place + offset;
      const target = anchor == -1 ? 0 : table.alignment[anchor] + 1;
      if (target == last) continue;
      last = target;
      const moved = shift(this.words, start, length, target);
      // The alignment must outlive this: `distance` does not touch it.
      const gain = before - table.distance(moved);
      this.tried++;
      if (this.found && !this.better(gain, length, start, target)) continue;
      this.found = true;
      this.best = moved;
      this.bestGain = gain;
      this.bestLength = length;
      this.bestStart = start;
      this.bestTarget = target;
    }
  }

  /** The larger gain, then the longer stretch, then the earlier one, then the earlier target. */
  private better(gain: i32, length: i32, start: i32, target: i32): bool {
    if (gain != this.bestGain) return gain > this.bestGain;
    if (length != this.bestLength) return length > this.bestLength;
    if (start != this.bestStart) return start < this.bestStart;
    return target < this.bestTarget;
  }
}

function anySet(marks: StaticArray<bool>, start: i32, length: i32): bool {
  for (let index = start; index < start + length; index++) if (marks[index]) return true;
  return false;
}

/** Takes `length` words out at `start` and puts them in before the word that stands at `target`. */
function shift(words: StaticArray<i32>, start: i32, length: i32, target: i32): StaticArray<i32> {
  const moved = new StaticArray<i32>(words.length);
  let to = 0;
  // Within the stretch, the target counts from what follows it.
  const inside = target >= start && target <= start + length;
  const stop = inside ? min(words.length, length + target) : target;
  if (target < start) {
    to = copy(words, 0, target, moved, to);
    to = copy(words, start, start + length, moved, to);
    to = copy(words, target, start, moved, to);
    copy(words, start + length, words.length, moved, to);
  } else {
    to = copy(words, 0, start, moved, to);
    to = copy(words, start + length, stop, moved, to);
    to = copy(words, start, start + length, moved, to);
    copy(words, stop, words.length, moved, to);
  }
  return moved;
}

function copy(from: StaticArray<i32>, start: i32, end: i32, to: StaticArray<i32>, at: i32): i32 {
  for (let index = start; index < end; index++) to[at++] = from[index];
  return at;
}
