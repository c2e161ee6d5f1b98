import { Answer } from "../asking/answer";
import { answers, isAnswered } from "../asking/ask";
import { Completion, ProviderRequest } from "../plugin/provider";

/** Asks a model, whatever the server speaks. */
export abstract class ChatClient {
  /** Gives the answer; after a failure the call has failed, with a code of `ProviderError`, and the completion is empty. */
  abstract complete(request: ProviderRequest): Completion;

  /** Asks the host for the answer by `ask`: nothing waits meanwhile. `finish` reads it in the next round. Chunks are not to be had so. */
  abstract prepare(request: ProviderRequest): void;

  /** Gives the answer that `prepare` asked for; what may work at once may be asked for again, by `ask`. */
  abstract finish(request: ProviderRequest, answer: Answer): Completion;

  /** By `prepare` and `finish`, or, where the caller wants chunks, by `complete`. */
  answer(request: ProviderRequest): Completion {
    if (request.stream) return this.complete(request);
    if (isAnswered()) return this.finish(request, answers()[0]);
    this.prepare(request);
    // Dropped.
    return new Completion("", "");
  }
}
