import {
  AnthropicClient, ChatServer, Completion, Json, plugin, Provider, ProviderRequest, range,
} from "@testbench/plugins-sdk";

class Options {
  /** Where the server is; `/v1/messages` is added. */
  base_url: string = "https://api.anthropic.com";
  /** Name of the secret that is the key; empty for a server without one. */
  api_key_secret: string = "ANTHROPIC_API_KEY";
  /** Version of the API that the server is to speak. */
  api_version: string = "2023-06-01";
  /** Most tokens of an answer where the request does not say. */
  @range(1, 1000000)
  max_tokens: i32 = 1024;
  /** Time for one attempt, in milliseconds; 0 for the call's own. */
  @range(0, 3600000)
  timeout_ms: i32 = 0;
  /** Further attempts after one that failed and may work at once. */
  @range(0, 10)
  retries: i32 = 2;
  /** Further fields of every request that does not have them. */
  extra: Json = Json.missing;
}

@plugin({
  name: "anthropic",
  capabilities: ["api_requests", "streaming", "network"],
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
    return this.client!.answer(request);
  }
}
