import { excerpt, isSpace, Json, JsonWriter, randomInt, strip } from "@testbench/plugins-sdk";

import { bare, lower, readGrade } from "./read-grade";
import { Rubric, RubricKind } from "./rubric";

const HEX: string = "0123456789abcdef";
/** Marks in a reply that are looked at: an honest judge writes one, and a hostile one is not to use up our fuel. */
const MAX_MARKS: i32 = 32;
/** Characters of a verdict: room for a long list of statements. */
const MAX_VERDICT: i32 = 100_000;
/** Characters of a class. */
const MAX_CHOICE: i32 = 60;
/** Words for what a pairwise verdict may be. */
const PAIR_CHOICES: string[] = ["first", "second", "tie"];
const PAIR_SCORES: f64[] = [1, 0, 0.5];

/** 128 random bits from the host: a mark that the author of an answer cannot know. */
export function makeMark(): string {
  let mark = "";
  for (let digit = 0; digit < 32; digit++) mark += HEX.charAt(randomInt(16));
  return mark;
}

/** As `indexOf`, at a tenth of its fuel: replies may have a megabyte, and a mark is rarely there. */
export function indexOfMark(text: string, mark: string, from: i32): i32 {
  const at = changetype<usize>(text);
  const first = load<u32>(changetype<usize>(mark));
  const last = text.length - mark.length;
  for (let index = from; index <= last; index++) {
    if (load<u32>(at + (<usize>index << 1)) != first) continue;
    if (memory.compare(at + (<usize>index << 1), changetype<usize>(mark), <usize>mark.length << 1) == 0) return index;
  }
  return -1;
}

/** What a judge decided, or why nothing can be taken from its reply. */
@final
export class Verdict {
  /** 0 to 1; NaN if there is none. */
  score: f64 = NaN;
  /** The number as the judge gave it, where the rubric has a scale; else NaN. */
  grade: f64 = NaN;
  /** The class, where the rubric has classes; else empty. */
  choice: string = "";
  /** Things that were looked at, and how many of them hold, where the rubric has a list; else -1. */
  items: i32 = -1;
  held: i32 = -1;
  reason: string = "";

  constructor(
    /** Why there is no score; empty if there is one. */
    public problem: string = "",
  ) {}

  /** True if there was a reply that was not read, or none at all. */
  isUnread: bool = false;

  get exists(): bool {
    return this.problem.length == 0;
  }

  isSame(other: Verdict): bool {
    return this.score == other.score && this.choice == other.choice && this.held == other.held && this.items == other.items;
  }
}

/**
 * Finds the verdict in a reply: what stands after the last mark.
 *
 * What stands before may be thoughts, or the instructions once more. But where other marks have verdicts behind them, too, all have to be the same: of
 * two that differ nobody can say which one the judge meant.
 *
 * @param sources Number of sources that were shown.
 */
export function findVerdict(reply: string, mark: string, rubric: Rubric, sources: i32): Verdict {
  let last: Verdict | null = null;
  let found: Verdict | null = null;
  let marks = 0;
  let differ = false;
  for (let place = indexOfMark(reply, mark, 0); place >= 0; place = indexOfMark(reply, mark, place + mark.length)) {
    if (++marks > MAX_MARKS) return new Verdict("wrote the mark more than " + MAX_MARKS.toString() + " times");
    last = readAfter(reply, place + mark.length, rubric, sources);
    if (!last.exists) continue;
    if (found !== null && !found.isSame(last)) differ = true;
    found = last;
  }
  if (differ) return new Verdict("gave verdicts that differ");
  return last === null ? new Verdict(noVerdict(rubric)) : last;
}

function noVerdict(rubric: Rubric): string {
  if (rubric.kind == RubricKind.Grade) return "gave no verdict from " + short(rubric.lowest) + " to " + short(rubric.highest);
  if (rubric.kind == RubricKind.Choice) return "gave no verdict out of " + rubric.choices.join(", ");
  if (rubric.kind == RubricKind.Pair) return "gave no verdict out of " + PAIR_CHOICES.join(", ");
  return "gave no verdict with items that hold or do not";
}

/** A number as people write it. */
export function short(value: f64): string {
  return new JsonWriter().number(value).toString();
}

/** Reads what follows a mark: an object, or a text up to the end of its line. */
function readAfter(reply: string, after: i32, rubric: Rubric, sources: i32): Verdict {
  const start = afterDecoration(reply, after);
  if (start < reply.length && reply.charCodeAt(start) == 0x7b) {
    const end = objectEnd(reply, start);
    return end < 0 ? new Verdict(noVerdict(rubric)) : readObject(Json.parse(reply.substring(start, end)), rubric, sources);
  }
  let end = start;
  while (end < reply.length && reply.charCodeAt(end) != 0x0a && reply.charCodeAt(end) != 0x0d) end++;
  return readText(reply.substring(start, end), rubric);
}

/**
 * First unit after space and what models put around a mark: the end of a code span or of bold or italic text, a colon, and the start of a
 * fence. An object further on is somebody else's.
 */
function afterDecoration(text: string, start: i32): i32 {
  let index = start;
  let isFence = false;
  while (index < text.length) {
    const unit = text.charCodeAt(index);
    if (unit == 0x60) isFence = true;
    else if (isFence && isJsonWord(text, index)) index += 3;
    else if (!isSpace(unit) && unit != 0x2a && unit != 0x5f && unit != 0x3a) break;
    index++;
  }
  return index;
}

function isJsonWord(text: string, index: i32): bool {
  const word = text.substring(index, index + 4);
  return (word == "json" || word == "JSON") && (index + 4 >= text.length || isSpace(text.charCodeAt(index + 4)) || text.charCodeAt(index + 4) == 0x7b);
}

function readObject(json: Json, rubric: Rubric, sources: i32): Verdict {
  if (!json.isObject) return new Verdict(noVerdict(rubric));
  const kind = rubric.kind;
  if (kind == RubricKind.Share || kind == RubricKind.Ranked) {
    return isTwice(json, "items") ? new Verdict("gave verdicts that differ") : readItems(json, rubric, sources);
  }
  const key = kind == RubricKind.Grade ? "score" : "choice";
  if (isTwice(json, key)) return new Verdict("gave verdicts that differ");
  const value = json.get(key);
  let verdict: Verdict;
  if (kind == RubricKind.Grade && value.isNumber) verdict = gradeVerdict(value.number(), rubric);
  else verdict = value.isString ? readText(value.text(), rubric) : new Verdict(noVerdict(rubric));
  verdict.reason = json.get("reason").text();
  return verdict;
}

/** True if an object has a key twice: which of the two is meant, readers of JSON disagree. */
function isTwice(json: Json, key: string): bool {
  let count = 0;
  for (let position = 0; position * 2 < json.rawLength; position++) {
    if (json.rawKeyAt(position) == key) count++;
  }
  return count > 1;
}

function readText(text: string, rubric: Rubric): Verdict {
  if (rubric.kind == RubricKind.Grade) return gradeVerdict(readGrade(text, rubric.highest), rubric);
  const word = bare(text);
  const isChoice = rubric.kind == RubricKind.Choice;
  // No class is longer; what is might be a megabyte.
  const place = word.length > MAX_CHOICE ? -1 : isChoice ? rubric.placeOf(word) : PAIR_CHOICES.indexOf(lower(word));
  if (place < 0 || (!isChoice && rubric.kind != RubricKind.Pair)) return new Verdict(noVerdict(rubric));
  const verdict = new Verdict();
  verdict.score = isChoice ? rubric.scores[place] : PAIR_SCORES[place];
  verdict.choice = isChoice ? rubric.choices[place] : PAIR_CHOICES[place];
  return verdict;
}

function gradeVerdict(grade: f64, rubric: Rubric): Verdict {
  // NaN fails both comparisons.
  if (!(grade >= rubric.lowest && grade <= rubric.highest)) return new Verdict(noVerdict(rubric));
  const verdict = new Verdict();
  verdict.grade = grade;
  verdict.score = (grade - rubric.lowest) / (rubric.highest - rubric.lowest);
  return verdict;
}

function readItems(json: Json, rubric: Rubric, sources: i32): Verdict {
  const items = json.get("items");
  if (!items.isArray) return new Verdict(noVerdict(rubric));
  const count = items.length;
  // Nothing that holds of nothing is no share.
  if (count == 0) return new Verdict("found nothing to judge");
  if (rubric.kind == RubricKind.Ranked && count != sources) {
    return new Verdict("judged " + count.toString() + " of " + sources.toString() + " sources");
  }
  let held = 0;
  let precisions: f64 = 0;
  for (let index = 0; index < count; index++) {
    const item = items.at(index);
    const holds = readHolds(item.isObject ? item.get("holds") : item);
    if (holds < 0 || (item.isObject && isTwice(item, "holds"))) return new Verdict(noVerdict(rubric));
    held += holds;
    if (holds == 1) precisions += <f64>held / <f64>(index + 1);
  }
  const verdict = new Verdict();
  verdict.items = count;
  verdict.held = held;
  if (rubric.kind == RubricKind.Share) verdict.score = <f64>held / <f64>count;
  else verdict.score = held == 0 ? 0 : precisions / <f64>held;
  verdict.reason = json.get("reason").text();
  return verdict;
}

/** 1, 0, or -1 for anything that is neither. */
function readHolds(value: Json): i32 {
  if (value.isBoolean) return value.boolean() ? 1 : 0;
  const word = value.isString ? lower(excerpt(strip(value.text()), MAX_CHOICE)) : "";
  if (word == "true" || word == "yes") return 1;
  return word == "false" || word == "no" ? 0 : -1;
}

/** First unit after the object that begins at `start`; -1 if it does not end. */
function objectEnd(text: string, start: i32): i32 {
  let depth = 0;
  let quoted = false;
  const limit = min(text.length, start + MAX_VERDICT);
  for (let index = start; index < limit; index++) {
    const unit = text.charCodeAt(index);
    if (unit == 0x5c && quoted) {
      index++;
    } else if (unit == 0x22) {
      quoted = !quoted;
    } else if (!quoted && unit == 0x7b) {
      depth++;
    } else if (!quoted && unit == 0x7d) {
      depth--;
      if (depth == 0) return index + 1;
    }
  }
  return -1;
}
