import { Alignment, BeamDistance } from "./distance";

/** Limits of Tercom, and the one on candidates that sacreBLEU adds. */
const MAX_SHIFT_LENGTH: i32 = 10;
const MAX_SHIFT_DISTANCE: i32 = 50;
const MAX_CANDIDATES: i32 = 1000;

/**
 * Fewest edits that turn the answer into the reference, of which moving some words to another place is one.
 *
 * @param symbols One more than the largest number of a word.
 */
export function countEdits(given: StaticArray<i32>, expected: StaticArray<i32>, symbols: i32): i32 {
  if (expected.length == 0) return given.length;
  return new ShiftSearch(given, expected, symbols).run();
}

/** Takes the best shift as long as there is one that pays. */
@final
class ShiftSearch {
  private distance: BeamDistance;
  private given: StaticArray<i32>;
  private candidate: StaticArray<i32>;
  private tried: i32 = 0;
  private gain: i32 = 0;
  private length: i32 = 0;
  private start: i32 = 0;
  private target: i32 = 0;
  /** Where the reference has each word: the places of word w stand in order, up to where those of word w + 1 start. */
  private places: StaticArray<i32>;
  private firsts: StaticArray<i32>;

  constructor(given: StaticArray<i32>, private expected: StaticArray<i32>, symbols: i32) {
    // A copy: the caller compares the same words with other references.
    this.given = given.slice<StaticArray<i32>>();
    this.distance = new BeamDistance(expected, given.length, symbols);
    this.candidate = new StaticArray<i32>(given.length);
    const firsts = new StaticArray<i32>(symbols + 1);
    for (let place = 0; place < expected.length; place++) firsts[expected[place] + 1]++;
    for (let word = 0; word < symbols; word++) firsts[word + 1] += firsts[word];
    const next = firsts.slice<StaticArray<i32>>();
    const places = new StaticArray<i32>(expected.length);
    for (let place = 0; place < expected.length; place++) places[next[expected[place]]++] = place;
    this.firsts = firsts;
    this.places = places;
  }

  run(): i32 {
    let distance = this.distance.fill(this.given);
    let shifts = 0;
    while (true) {
      this.gain = 0;
      this.findBest(distance);
      if (this.gain == 0 || this.tried >= MAX_CANDIDATES) return shifts + distance;
      shifts++;
      shift(this.given, this.start, this.length, this.target, this.candidate);
      const previous = this.given;
      this.given = this.candidate;
      this.candidate = previous;
      distance = this.distance.fill(this.given);
    }
  }

  /** Looks at each stretch of words that both have. */
  private findBest(distance: i32): void {
    const given = this.given;
    const alignment = this.distance.align();
    for (let start = 0; start < given.length; start++) {
      const word = unchecked(given[start]);
      const end = unchecked(this.firsts[word + 1]);
      for (let index = this.firstFrom(word, start - MAX_SHIFT_DISTANCE); index < end; index++) {
        const place = unchecked(this.places[index]);
        if (place > start + MAX_SHIFT_DISTANCE) break;
        this.tryLengths(alignment, start, place, distance);
        if (this.tried >= MAX_CANDIDATES) return;
      }
    }
  }

  /** Index of the first of the word's places from `place` on. */
  private firstFrom(word: i32, place: i32): i32 {
    let low = unchecked(this.firsts[word]);
    let high = unchecked(this.firsts[word + 1]);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (unchecked(this.places[middle]) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Tries the stretches that begin at a place of each. */
  private tryLengths(alignment: Alignment, start: i32, place: i32, distance: i32): void {
    const given = this.given;
    const expected = this.expected;
    const longest = min(MAX_SHIFT_LENGTH, min(given.length - start, expected.length - place));
    let wrongGiven = false;
    let wrongExpected = false;
    for (let length = 1; length <= longest; length++) {
      const end = length - 1;
      if (unchecked(given[start + end]) != unchecked(expected[place + end])) return;
      wrongGiven = wrongGiven || unchecked(alignment.wrongGiven[start + end]) != 0;
      wrongExpected = wrongExpected || unchecked(alignment.wrongExpected[place + end]) != 0;
      if (!wrongGiven || !wrongExpected) continue;
      const position = unchecked(alignment.positions[place]);
      if (position >= start && position < start + length) continue;
      this.tryTargets(alignment, start, place, length, distance);
      if (this.tried >= MAX_CANDIDATES) return;
    }
  }

  /** Tries each place next to which the reference has the words. */
  private tryTargets(alignment: Alignment, start: i32, place: i32, length: i32, distance: i32): void {
    let previous = -1;
    for (let index = place - 1; index < place + length; index++) {
      const target = index < 0 ? 0 : unchecked(alignment.positions[index]) + 1;
      if (target == previous) continue;
      previous = target;
      this.tried++;
      shift(this.given, start, length, target, this.candidate);
      // A target among the moved words, or after them, counts from their new place.
      const end = max(start + length, min(this.given.length, target + length));
      const gain = distance - this.distance.measure(this.candidate, min(start, target), end);
      if (gain > 0 && this.isBetter(gain, start, length, target)) {
        this.gain = gain;
        this.start = start;
        this.length = length;
        this.target = target;
      }
    }
  }

  /** Tercom's order: the larger gain, then the longer shift, then the earlier words, then the earlier place. */
  private isBetter(gain: i32, start: i32, length: i32, target: i32): bool {
    if (gain != this.gain) return gain > this.gain;
    if (length != this.length) return length > this.length;
    return start != this.start ? start < this.start : target < this.target;
  }
}

/** Writes to `result` the words with `length` of them, from `start`, moved to before `target`. */
function shift(words: StaticArray<i32>, start: i32, length: i32, target: i32, result: StaticArray<i32>): void {
  // A target among the moved words, or right after them, counts from their new place.
  const before = min(target > start + length ? target - length : target, words.length - length);
  let from = 0;
  for (let to = 0; to < words.length; to++) {
    if (to >= before && to < before + length) {
      unchecked((result[to] = words[start + to - before]));
      continue;
    }
    if (from == start) from += length;
    unchecked((result[to] = words[from++]));
  }
}
