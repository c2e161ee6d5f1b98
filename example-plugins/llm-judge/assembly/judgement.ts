import { Json, JsonWriter } from "@testbench/plugins-sdk";

import { Judge } from "./panel";
import { Order, ORDER_NAMES } from "./prompt";
import { Verdict } from "./verdict";

/** Characters of a reply that a row keeps: more than `max_tokens` of any honest judge. Of a longer one, its two ends. */
export const MAX_REPLY: i32 = 32_768;
/** Characters of a reason that a row keeps. */
const MAX_REASON: i32 = 1000;
/** Characters of a reason that are kept from round to round. */
const MAX_SAVED_REASON: i32 = 200;

/** One reply of a judge, and what was taken from it. */
@final
export class Judgement {
  verdict: Verdict = new Verdict("was not asked");
  reply: string = "";
  finishReason: string = "";
  promptTokens: i32 = -1;
  completionTokens: i32 = -1;

  constructor(
    readonly by: Judge,
    /** From 1. */
    readonly sample: i32,
    readonly order: Order,
  ) {}

  get judge(): string {
    return this.by.name;
  }

  /** The answer's score: where it stood second, the verdict turned around. */
  get score(): f64 {
    const score = this.verdict.score;
    return this.order == Order.OtherFirst ? 1 - score : score;
  }

  /** Writes what `load` reads, for the rounds of the same call. */
  save(out: JsonWriter, maxReply: i32): void {
    const verdict = this.verdict;
    out.object().field("problem", verdict.problem).field("choice", verdict.choice).field("items", verdict.items);
    out.field("held", verdict.held).field("reason", middle(verdict.reason, MAX_SAVED_REASON)).field("reply", middle(this.reply, maxReply));
    out.field("finish", this.finishReason).field("prompt", this.promptTokens).field("completion", this.completionTokens);
    if (!isNaN(verdict.score)) out.field("score", verdict.score);
    if (!isNaN(verdict.grade)) out.field("grade", verdict.grade);
    out.end();
  }

  load(json: Json): void {
    const verdict = new Verdict(json.get("problem").text());
    verdict.choice = json.get("choice").text();
    verdict.items = <i32>json.get("items").number(-1);
    verdict.held = <i32>json.get("held").number(-1);
    verdict.reason = json.get("reason").text();
    verdict.score = json.get("score").number();
    verdict.grade = json.get("grade").number();
    this.verdict = verdict;
    this.reply = json.get("reply").text();
    this.finishReason = json.get("finish").text();
    this.promptTokens = <i32>json.get("prompt").number(-1);
    this.completionTokens = <i32>json.get("completion").number(-1);
  }

  write(out: JsonWriter, maxReply: i32): void {
    const verdict = this.verdict;
    out.object().field("judge", this.judge).field("sample", this.sample);
    if (this.order != Order.Only) out.field("order", ORDER_NAMES[this.order]);
    if (verdict.exists) {
      out.field("score", this.score);
      if (!isNaN(verdict.grade)) out.field("grade", verdict.grade);
      if (verdict.choice.length > 0) out.field("choice", verdict.choice);
      if (verdict.items >= 0) out.field("items", verdict.items).field("held", verdict.held);
      if (verdict.reason.length > 0) out.field("reason", middle(verdict.reason, MAX_REASON));
    } else {
      out.field("problem", verdict.problem);
    }
    out.field("reply", middle(this.reply, maxReply)).end();
  }
}

/** A text whole, or its two ends with what is missing between them. */
export function middle(text: string, most: i32): string {
  if (text.length <= most) return text;
  const half = most / 2;
  let start = half;
  let end = text.length - half;
  // Not between the two halves of a character.
  if (isHigh(text.charCodeAt(start - 1))) start--;
  if (isLow(text.charCodeAt(end))) end++;
  return text.substring(0, start) + "\n[… " + (end - start).toString() + " characters …]\n" + text.substring(end);
}

function isHigh(unit: i32): bool {
  return (unit & 0xfc00) == 0xd800;
}

function isLow(unit: i32): bool {
  return (unit & 0xfc00) == 0xdc00;
}
