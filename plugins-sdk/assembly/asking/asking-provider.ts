import { cannotWrite } from "../plugin/failure";
import { hasInstead } from "../plugin/plugin";
import { Completion, Provider, ProviderRequest } from "../plugin/provider";
import { Answer } from "./answer";
import { answers, isAnswered } from "./ask";

/** Answers prompts by asking a server: `prepare` asks, `finish` makes the completion of the answers. */
export abstract class AskingProvider extends Provider {
  /** Says by `ask` what the host is to find out. */
  abstract prepare(request: ProviderRequest): void;

  /** Makes the completion, of answers in the order of the asks. If it asks again, what it returns is dropped, and it is called once more. */
  abstract finish(request: ProviderRequest, answers: Answer[]): Completion;

  complete(request: ProviderRequest): Completion {
    if (isAnswered()) return this.finish(request, answers());
    this.prepare(request);
    if (!hasInstead()) cannotWrite("prepare() has asked nothing");
    // Dropped.
    return new Completion("", "");
  }
}
