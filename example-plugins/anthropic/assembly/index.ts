import {
  AnthropicClient, ChatServer, Completion, invalidInput, Json, plugin, Provider, ProviderRequest, range,
} from "@testbench/plugins-sdk";

class Options {
  /** Address of the server; `/v1/messages` is appended. */
  base_url: string = "https://api.anthropic.com";
  /** Name of the secret that holds the key. Empty for a server without one. */
  api_key_secret: string = "ANTHROPIC_API_KEY";
  /** Version of the API to request. */
  api_version: string = "2023-06-01";
  /** Limit on the tokens of an answer if the request sets none. */
  @range(1, 1000000)
  max_tokens: i32 = 1024;
  /** Time limit of one attempt in milliseconds. 0: that of the call. */
  @range(0, 3600000)
  timeout_ms: i32 = 0;
  /** Further attempts after a failure that may pass. */
  @range(0, 10)
  retries: i32 = 2;
  /** Further fields, added to every request that does not have them. */
  extra: Json = Json.missing;
}

@plugin({
  name: "anthropic",
  capabilities: ["api_requests", "streaming", "network", "multi_modal_evaluation"],
  asking: true,
  permissions: { network: true, allowedHosts: ["api.anthropic.com"] },
})
export class Anthropic extends Provider {
  config: Options = new Options();
  private client: AnthropicClient | null = null;

  start(): void {
    const config = this.config;
    const server = new ChatServer(config.base_url, config.timeout_ms, config.retries);
    server.header("anthropic-version", config.api_version);
    if (config.api_key_secret.length > 0) server.header("x-api-key", "${secret:" + config.api_key_secret + "}");
    this.client = new AnthropicClient(server, config.max_tokens, config.extra);
  }

  complete(request: ProviderRequest): Completion {
    if (request.wantsEmbeddings) invalidInput("Cannot embed: Anthropic has no embeddings; name a provider that has");
    return this.client!.answer(request);
  }
}
