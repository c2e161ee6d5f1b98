import { Answer, answers, ask, hasFailed, isAnswered, Json, JsonWriter, kept } from "@testbench/plugins-sdk";

import { Judgement, MAX_REPLY } from "./judgement";
import { Material, writeMessages } from "./prompt";
import { Rubric } from "./rubric";
import { findVerdict, indexOfMark, makeMark, Verdict } from "./verdict";

/** Asks of one round that a host answers, and rounds of one call. */
const MAX_ASKS: i32 = 16;
const MAX_ROUNDS: i32 = 8;
const TOO_LONG: string = "said too much to be read";
/** Bytes of all judgements that are kept from round to round: a host keeps 256 KiB. */
const MAX_KEPT: i32 = 240 * 1024;

/**
 * Asks for all judgements of a case: as many as a host answers at once, and what may work at once again, until all are there.
 *
 * From round to round goes the mark, which replies must have, and what is there already.
 */
@final
export class Rounds {
  /** Times that what may work at once is asked for again. */
  retries: i32 = 0;
  /** True if a judgement that cannot be had does not fail the call. */
  isPatient: bool = false;
  private mark: string = "";
  /** Judgements that are there. */
  private done: StaticArray<bool>;
  /** What earlier rounds kept of them; of kind `Missing` for the others. */
  private saved: Json[] = [];
  private round: i32 = 0;
  private repeated: i32 = 0;

  constructor(
    private rubric: Rubric,
    private judgements: Judgement[],
    private material: Material,
  ) {
    this.done = new StaticArray<bool>(judgements.length);
    for (let place = 0; place < judgements.length; place++) this.saved.push(Json.missing);
  }

  /** @returns True if all judgements are there; false if the host is asked for more, or the call has failed. */
  take(data: Json): bool {
    if (isAnswered()) {
      const again = this.readAnswers();
      if (hasFailed()) return false;
      return this.askNext(again);
    }
    // A mark that already stands in what is judged, by accident or by a leak, would be no secret.
    this.mark = makeMark();
    const source = data.source();
    while (indexOfMark(source, this.mark, 0) >= 0) this.mark = makeMark();
    return this.askNext([]);
  }

  /** @returns Places of what is to be asked for again. */
  private readAnswers(): i32[] {
    const state = kept();
    this.mark = state.get("mark").text();
    this.round = <i32>state.get("round").number(0);
    this.repeated = <i32>state.get("repeated").number(0);
    const saved = state.get("saved");
    for (let index = 0; index < saved.length; index++) {
      const one = saved.at(index);
      const place = <i32>one.get("place").number(0);
      this.saved[place] = one;
      this.done[place] = true;
    }
    const again: i32[] = [];
    const asked = state.get("asked");
    const list = answers();
    for (let index = 0; index < list.length; index++) {
      const place = <i32>asked.at(index).number(0);
      if (this.mayRepeat(place, list[index])) again.push(place);
      else this.read(this.judgements[place], list[index]);
      if (hasFailed()) return again;
      this.done[place] = true;
    }
    if (again.length > 0) this.repeated++;
    for (let index = 0; index < again.length; index++) this.done[again[index]] = false;
    return again;
  }

  private mayRepeat(place: i32, answer: Answer): bool {
    if (this.repeated >= this.retries || !this.judgements[place].by.mayRepeat(answer)) return false;
    // Each round asks for sixteen that are new, or once more for some.
    return this.round + 1 + this.judgements.length / MAX_ASKS < MAX_ROUNDS;
  }

  private read(judgement: Judgement, answer: Answer): void {
    // A failure of the server is the call's, unless others may do without this one.
    const problem = judgement.by.isTooLong(answer) ? TOO_LONG : this.isPatient ? judgement.by.problemOf(answer) : "";
    if (problem.length > 0) {
      judgement.verdict = new Verdict(problem);
      judgement.verdict.isUnread = true;
      return;
    }
    const completion = judgement.by.read(answer);
    judgement.reply = completion.text;
    judgement.finishReason = completion.finishReason;
    judgement.promptTokens = completion.promptTokens;
    judgement.completionTokens = completion.completionTokens;
    judgement.verdict = findVerdict(completion.text, this.mark, this.rubric, this.material.sourceCount);
  }

  private askNext(again: i32[]): bool {
    const places = again.slice(0);
    // What failed is asked for alone, so that rounds are not mixed.
    for (let place = 0; place < this.done.length && again.length == 0 && places.length < MAX_ASKS; place++) {
      if (!this.done[place]) places.push(place);
    }
    if (places.length == 0) {
      for (let place = 0; place < this.saved.length; place++) {
        if (this.saved[place].exists) this.judgements[place].load(this.saved[place].get("judgement"));
      }
      return true;
    }
    for (let index = 0; index < places.length; index++) {
      const judgement = this.judgements[places[index]];
      judgement.by.ask(this.request(judgement));
      if (hasFailed()) return false;
    }
    ask.keep(this.state(places));
    return false;
  }

  private request(judgement: Judgement): JsonWriter {
    const judge = judgement.by;
    const request = new JsonWriter();
    request.object().field("model", judge.model).field(judge.limitField, judge.maxTokens);
    if (!isNaN(judge.temperature)) request.field("temperature", judge.temperature);
    request.key("messages");
    writeMessages(request, this.material, this.mark, this.rubric, judgement.order);
    if (this.material.fileCount > 0) request.key("attachments").json(this.material.files);
    return request.end();
  }

  /** What is kept until the answers are there; what was kept before is copied as it is. */
  private state(places: i32[]): JsonWriter {
    const out = new JsonWriter();
    out.object().field("mark", this.mark).field("round", this.round + 1).field("repeated", this.repeated);
    out.key("asked").array();
    for (let index = 0; index < places.length; index++) out.integer(places[index]);
    out.end().key("saved").array();
    for (let place = 0; place < this.done.length; place++) {
      if (this.saved[place].exists) out.json(this.saved[place]);
      else if (this.done[place]) out.json(this.toSave(place));
    }
    return out.end().end();
  }

  /** A judgement with as much of its reply as all of them have room for. */
  private toSave(place: i32): Json {
    const most = MAX_KEPT / this.judgements.length;
    let limit = MAX_REPLY;
    while (true) {
      const out = new JsonWriter();
      out.object().field("place", place).key("judgement");
      this.judgements[place].save(out, limit);
      const text = out.end().toString();
      if (limit < 8 || String.UTF8.byteLength(text) <= most) return Json.parse(text);
      limit /= 2;
    }
  }
}
