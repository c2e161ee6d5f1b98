import { describeFields, EvaluatorInput, invalidInput, Json } from "@testbench/plugins-sdk";

import { lower } from "./read-grade";
import { RUBRIC_NAMES, RUBRICS } from "./rubric-table";

/** What a verdict is, and how a score comes of it. */
export enum RubricKind {
  /** A number between two; the score is its place. */
  Grade,
  /** One of several classes, each with its score. */
  Choice,
  /** A list of things that hold or do not; the score is the share that holds. */
  Share,
  /** As `Share`, one for each source in its order; the score is the average precision. */
  Ranked,
  /** The first of two answers, the second, or a tie. */
  Pair,
}

const KIND_NAMES: string[] = ["grade", "choice", "share", "ranked", "pair"];
const KEYS: string[] = [
  "name", "version", "source", "kind", "needs", "shows", "instructions", "choices", "item", "holds", "lowest", "highest",
];
/** Characters of a class: a verdict's is no longer. */
const MAX_NAME: i32 = 60;
/** What a judge may be shown. */
const SHOWN: string[] = ["input", "output", "expected", "context"];

/** What is judged, by what rule. */
@final
export class Rubric {
  name: string = "";
  version: string = "";
  kind: RubricKind = RubricKind.Grade;
  instructions: string = "";
  /** Must be there, and are shown. */
  needs: string[] = ["output"];
  /** Are shown if they are there. */
  shows: string[] = ["input", "expected"];
  lowest: f64 = 1;
  highest: f64 = 5;
  choices: string[] = [];
  scores: f64[] = [];
  meanings: string[] = [];
  item: string = "";
  holds: string = "";

  /**
   * Reads the setting: the name of a rubric that is here, a text, or an object as in `rubrics/`.
   *
   * What is wrong fails the start of the plugin.
   */
  static read(setting: Json, lowest: i32, highest: i32, isPair: bool): Rubric {
    const rubric = new Rubric();
    rubric.lowest = lowest;
    rubric.highest = highest;
    if (setting.isString) {
      const text = setting.text();
      const place = RUBRIC_NAMES.indexOf(text);
      if (place >= 0) rubric.readObject(Json.parse(RUBRICS[place]));
      else if (text.length == 0) wrong("is missing");
      else if (looksLikeName(text)) wrong('has no rubric "' + text + '"; the rubrics: ' + RUBRIC_NAMES.join(", "));
      else {
        rubric.instructions = text;
        if (isPair) rubric.kind = RubricKind.Pair;
      }
    } else if (setting.isObject) rubric.readObject(setting);
    else wrong(setting.exists ? "is " + setting.kindName + ", expected a text or an object" : "is missing");
    rubric.check(isPair);
    return rubric;
  }

  /** Place of a class; -1 if there is no such class. Upper and lower case are one. */
  placeOf(choice: string): i32 {
    for (let index = 0; index < this.choices.length; index++) {
      if (lower(this.choices[index]) == lower(choice)) return index;
    }
    return -1;
  }

  private readObject(json: Json): void {
    for (let index = 0; index < json.length; index++) {
      if (!KEYS.includes(json.keyAt(index))) wrong('has the unknown key "' + json.keyAt(index) + '"; known keys: ' + KEYS.join(", "));
    }
    this.name = json.get("name").text();
    this.version = json.get("version").text();
    const kind = KIND_NAMES.indexOf(json.get("kind").text("grade"));
    if (kind < 0) wrong('has the kind "' + json.get("kind").text() + '", expected one of ' + KIND_NAMES.join(", "));
    else this.kind = kind;
    this.instructions = json.get("instructions").text();
    if (json.get("needs").exists) {
      this.needs = json.get("needs").texts();
      this.shows = [];
    }
    if (json.get("shows").exists) this.shows = json.get("shows").texts();
    this.lowest = json.get("lowest").number(this.lowest);
    this.highest = json.get("highest").number(this.highest);
    this.item = json.get("item").text();
    this.holds = json.get("holds").text();
    const choices = json.get("choices");
    for (let index = 0; index < choices.length; index++) {
      const choice = choices.at(index);
      this.choices.push(choice.get("name").text());
      this.scores.push(choice.get("score").number());
      this.meanings.push(choice.get("means").text());
    }
  }

  private check(isPair: bool): void {
    if (this.instructions.length == 0) wrong("has no instructions");
    if (!(this.lowest < this.highest)) invalidInput('Cannot judge: "lowest" must be below "highest"');
    if (this.kind == RubricKind.Pair && !isPair) wrong('compares two answers; say in "compare_with" where the other one stands');
    if (this.kind != RubricKind.Pair && isPair) wrong('does not compare two answers, which "compare_with" asks for; "preference" does');
    for (let index = 0; index < this.needs.length; index++) checkShown(this.needs[index]);
    for (let index = 0; index < this.shows.length; index++) checkShown(this.shows[index]);
    if (this.kind == RubricKind.Share || this.kind == RubricKind.Ranked) {
      if (this.item.length == 0 || this.holds.length == 0) wrong('needs the texts "item" and "holds"');
      if (this.kind == RubricKind.Ranked && !this.needs.includes("context")) wrong('is ranked, and must need "context"');
    }
    if (this.kind == RubricKind.Choice) this.checkChoices();
  }

  private checkChoices(): void {
    if (this.choices.length < 2) wrong("needs two choices or more");
    for (let index = 0; index < this.choices.length; index++) {
      const name = this.choices[index];
      if (!isName(name) || name.length > MAX_NAME) wrong('has the choice "' + name + '", expected letters, digits and hyphens, at most 60');
      // NaN fails both comparisons.
      if (!(this.scores[index] >= 0 && this.scores[index] <= 1)) wrong('has the choice "' + name + '" without a score from 0 to 1');
      for (let other = 0; other < index; other++) {
        if (lower(this.choices[other]) == lower(name)) wrong('has the choice "' + name + '" twice');
      }
    }
  }
}

/** A text or a list of texts for the judge; of kind `Missing` if it is not there or, as it is needed, with the call failed. */
export function shownField(input: EvaluatorInput, rubric: Rubric, name: string, contextField: string): Json {
  const isNeeded = rubric.needs.includes(name);
  if (!isNeeded && !rubric.shows.includes(name)) return Json.missing;
  const path = name == "context" ? contextField : name;
  const value = input.field(path);
  if (!value.exists && isNeeded) {
    const whose = rubric.name.length > 0 ? ' by the rubric "' + rubric.name + '"' : "";
    invalidInput("Cannot judge" + whose + ': field "' + path + '" is missing; the fields: ' + describeFields(input.json));
  }
  return value;
}

function wrong(problem: string): void {
  invalidInput('Cannot judge: setting "rubric" ' + problem);
}

function checkShown(name: string): void {
  if (!SHOWN.includes(name)) wrong('shows "' + name + '", expected some of ' + SHOWN.join(", "));
}

/** What was meant to be a name, since no rubric is one word or words with hyphens. */
function looksLikeName(text: string): bool {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (!(unit >= 0x61 && unit <= 0x7a) && unit != 0x2d) return false;
  }
  return true;
}

function isName(text: string): bool {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index) | 0x20;
    const digit = text.charCodeAt(index);
    if (!(unit >= 0x61 && unit <= 0x7a) && !(digit >= 0x30 && digit <= 0x39) && digit != 0x2d) return false;
  }
  return text.length > 0;
}
