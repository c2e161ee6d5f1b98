import { Completion, Provider, ProviderRequest, plugin } from "@testbench/plugins-sdk";

@plugin({ name: "{{NAME}}" })
export class {{CLASS}} extends Provider {
  complete(request: ProviderRequest): Completion {
    const completion = new Completion(request.prompt, request.model);
    completion.finishReason = "stop";
    return completion;
  }
}
