import { Completion, ProviderRequest } from "../plugin/provider";

/** Asks a model, whatever the server speaks. */
export abstract class ChatClient {
  /** Gives the answer; after a failure the call has failed, with a code of `ProviderError`, and the completion is empty. */
  abstract complete(request: ProviderRequest): Completion;
}
