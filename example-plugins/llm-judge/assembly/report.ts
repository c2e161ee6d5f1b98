import { excerpt, failWithDetails, JsonWriter, ProviderError } from "@testbench/plugins-sdk";

import { agreement, combine, isFlipped, Rule, settle, spread } from "./combine";
import { Judgement, MAX_REPLY } from "./judgement";
import { Judge } from "./panel";
import { Order } from "./prompt";
import { Rubric, RubricKind } from "./rubric";

/** Characters of a reply without a verdict that the message shows, from its end, where the verdict should be. */
const MAX_SHOWN: i32 = 500;
/** Characters of an explanation that rows keep. */
const MAX_EXPLANATION: i32 = 1000;
/** Bytes of a failure's details: the host keeps 16 KiB of a failure, its message among them. */
const MAX_DETAILS: i32 = 10 * 1024;

/** All judgements of a case, and what they come to. */
@final
export class Report {
  /** Judgements that have a verdict. */
  valid: i32 = 0;

  constructor(
    private rubric: Rubric,
    private judges: Judge[],
    private judgements: Judgement[],
    private rule: Rule,
  ) {
    for (let index = 0; index < judgements.length; index++) {
      if (judgements[index].verdict.exists) this.valid++;
    }
  }

  /** Writes the result of the call. */
  write(out: JsonWriter): void {
    const all: f64[] = [];
    const ofJudges: f64[] = [];
    for (let index = 0; index < this.judges.length; index++) {
      const own = this.scoresOf(this.judges[index].name);
      for (let place = 0; place < own.length; place++) all.push(own[place]);
      const score = combine(own, this.rule);
      if (!isNaN(score)) ofJudges.push(score);
    }
    const score = combine(ofJudges, this.rule);
    if (isNaN(score)) return this.fail(this.judgements.length);
    out.object().field("score", score).key("metrics").object();
    this.writeMetrics(out, score, all, ofJudges);
    out.end();
    const reason = this.reasonFor(score);
    if (reason.length > 0) out.field("explanation", reason);
    this.writeJudgements(out, MAX_REPLY);
    out.end();
  }

  /** No grade is no grade: a lowest one would let an answer be punished, a highest one be rewarded, for confusing the judge. */
  fail(least: i32): void {
    let text = "Cannot judge: the judge ";
    if (this.judgements.length > 1) {
      text = "Cannot judge: " + this.valid.toString() + " of " + this.judgements.length.toString() + " judgements have a verdict, needed are "
        + least.toString() + "; a judge ";
    }
    for (let index = 0; index < this.judgements.length; index++) {
      const verdict = this.judgements[index].verdict;
      const finishReason = this.judgements[index].finishReason;
      const reply = this.judgements[index].reply;
      if (verdict.exists) continue;
      const why = finishReason == "length" ? "; its answer was cut off at max_tokens" : "";
      text += verdict.problem + why + (reply.length > 0 ? "; it said: " + shown(reply) : verdict.isUnread ? "" : "; it said nothing");
      break;
    }
    failWithDetails(text, ProviderError.BAD_ANSWER, this.details());
  }

  /** The judgements with as much of their replies as a failure may carry. */
  private details(): JsonWriter {
    let limit = MAX_DETAILS / this.judgements.length;
    while (true) {
      const out = new JsonWriter();
      out.object();
      this.writeJudgements(out, limit);
      out.end();
      if (String.UTF8.byteLength(out.toString()) <= MAX_DETAILS || limit < 8) return out;
      limit /= 2;
    }
  }

  /** Scores of one judge; of a pair, what both orders come to. */
  private scoresOf(judge: string): f64[] {
    const scores: f64[] = [];
    for (let index = 0; index < this.judgements.length; index++) {
      const judgement = this.judgements[index];
      if (judgement.judge != judge || !judgement.verdict.exists) continue;
      if (judgement.order == Order.Only) scores.push(judgement.score);
      // One order without the other shows the bias that both are to take out.
      else if (judgement.order == Order.AnswerFirst && this.judgements[index + 1].verdict.exists) {
        scores.push(settle(judgement, this.judgements[index + 1]));
      }
    }
    return scores;
  }

  private writeMetrics(out: JsonWriter, score: f64, all: f64[], ofJudges: f64[]): void {
    const rubric = this.rubric;
    const kind = rubric.kind;
    if (kind == RubricKind.Grade) out.field("grade", rubric.lowest + score * (rubric.highest - rubric.lowest));
    else if (kind == RubricKind.Choice) this.writeChoices(out);
    else if (kind == RubricKind.Pair) this.writePairs(out, all);
    else this.writeItems(out);
    if (this.judgements.length > (kind == RubricKind.Pair ? 2 : 1)) {
      out.field("judgements", this.valid).field("agreement", agreement(all)).field("spread", spread(all));
    }
    if (this.judges.length > 1) {
      out.field("judge_agreement", agreement(ofJudges));
      for (let index = 0; index < this.judges.length; index++) {
        const name = this.judges[index].name;
        const own = combine(this.scoresOf(name), this.rule);
        if (!isNaN(own)) out.field("score_" + name, own);
      }
    }
    let prompt = 0;
    let completion = 0;
    let isKnown = true;
    for (let index = 0; index < this.judgements.length; index++) {
      const promptTokens = this.judgements[index].promptTokens;
      const completionTokens = this.judgements[index].completionTokens;
      if (promptTokens < 0 || completionTokens < 0) isKnown = false;
      prompt += promptTokens;
      completion += completionTokens;
    }
    if (isKnown) out.field("prompt_tokens", prompt).field("completion_tokens", completion);
  }

  /** Share of the judgements that each class has: their means over a run are how often it was chosen. */
  private writeChoices(out: JsonWriter): void {
    for (let place = 0; place < this.rubric.choices.length; place++) {
      let count = 0;
      for (let index = 0; index < this.judgements.length; index++) {
        if (this.judgements[index].verdict.choice == this.rubric.choices[place]) count++;
      }
      out.field("choice_" + this.rubric.choices[place], <f64>count / <f64>this.valid);
    }
  }

  /** Comparisons that were won, lost and drawn, and those of the drawn whose verdict turned with the order. */
  private writePairs(out: JsonWriter, all: f64[]): void {
    let wins = 0;
    let losses = 0;
    let flips = 0;
    for (let index = 0; index < all.length; index++) {
      if (all[index] == 1) wins++;
      if (all[index] == 0) losses++;
    }
    for (let index = 0; index + 1 < this.judgements.length; index += 2) {
      const forward = this.judgements[index];
      const backward = this.judgements[index + 1];
      if (forward.verdict.exists && backward.verdict.exists && isFlipped(forward, backward)) flips++;
    }
    out.field("wins", wins).field("losses", losses).field("ties", all.length - wins - losses).field("flipped", flips);
  }

  /** Means over the judgements. */
  private writeItems(out: JsonWriter): void {
    let items: f64 = 0;
    let held: f64 = 0;
    for (let index = 0; index < this.judgements.length; index++) {
      const verdict = this.judgements[index].verdict;
      if (!verdict.exists) continue;
      items += verdict.items;
      held += verdict.held;
    }
    out.field("items", items / <f64>this.valid).field("held", held / <f64>this.valid);
  }

  /** The reason of the judgement that is nearest to the score, the first of several. */
  private reasonFor(score: f64): string {
    let nearest: f64 = 2;
    let reason = "";
    for (let index = 0; index < this.judgements.length; index++) {
      const judgement = this.judgements[index];
      if (!judgement.verdict.exists) continue;
      const distance = abs(judgement.score - score);
      if (distance >= nearest) continue;
      nearest = distance;
      reason = judgement.verdict.reason;
    }
    return excerpt(reason, MAX_EXPLANATION);
  }

  private writeJudgements(out: JsonWriter, maxReply: i32): void {
    out.key("judgements").array();
    for (let index = 0; index < this.judgements.length; index++) this.judgements[index].write(out, maxReply);
    out.end();
  }
}

/** The end of a judge's reply as JSON, so that no line of it looks like one of ours. */
function shown(reply: string): string {
  let start = max(0, reply.length - MAX_SHOWN);
  // Not between the two halves of a character.
  if (start > 0 && (reply.charCodeAt(start) & 0xfc00) == 0xdc00) start++;
  return new JsonWriter().string((start > 0 ? "…" : "") + reply.substring(start)).toString();
}
