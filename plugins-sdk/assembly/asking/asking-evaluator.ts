import { Evaluation, Evaluator, EvaluatorInput } from "../plugin/evaluator";
import { cannotWrite } from "../plugin/failure";
import { hasInstead } from "../plugin/plugin";
import { Answer } from "./answer";
import { answers, isAnswered } from "./ask";

/** Scores answers by asking somebody else: `prepare` asks, `finish` judges by the answers. */
export abstract class AskingEvaluator extends Evaluator {
  /** Says by `ask` what the host is to find out. */
  abstract prepare(input: EvaluatorInput): void;

  /** Judges by the answers, in the order of the asks. If it asks again, what it returns is dropped, and it is called once more. */
  abstract finish(input: EvaluatorInput, answers: Answer[]): Evaluation;

  evaluate(input: EvaluatorInput): Evaluation {
    if (isAnswered()) return this.finish(input, answers());
    this.prepare(input);
    if (!hasInstead()) cannotWrite("prepare() has asked nothing");
    // Dropped.
    return Evaluation.pass(false);
  }
}
