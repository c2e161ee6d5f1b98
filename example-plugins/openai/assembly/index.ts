import {
  ChatServer, Completion, Json, oneOf, OpenAiClient, OpenAiEmbeddings, plugin, Provider, ProviderRequest, range,
} from "@testbench/plugins-sdk";

class Options {
  /** Address of the server; `/chat/completions` or `/completions` is appended. */
  base_url: string = "https://api.openai.com/v1";
  /** Name of the secret that holds the key. Empty for a server without one. */
  api_key_secret: string = "OPENAI_API_KEY";
  /** `chat` for conversations, `completions` to continue a prompt. */
  @oneOf(["chat", "completions"])
  api: string = "chat";
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
  name: "openai",
  capabilities: ["api_requests", "streaming", "network", "multi_modal_evaluation"],
  asking: true,
  permissions: { network: true, allowedHosts: ["api.openai.com"] },
})
export class OpenAi extends Provider {
  config: Options = new Options();
  private client: OpenAiClient | null = null;
  private embeddings: OpenAiEmbeddings | null = null;

  start(): void {
    const config = this.config;
    const server = new ChatServer(config.base_url, config.timeout_ms, config.retries);
    if (config.api_key_secret.length > 0) server.header("authorization", "Bearer ${secret:" + config.api_key_secret + "}");
    this.client = new OpenAiClient(server, config.api == "chat", config.extra);
    this.embeddings = new OpenAiEmbeddings(server);
  }

  complete(request: ProviderRequest): Completion {
    if (request.wantsEmbeddings) return this.embeddings!.answer(request);
    return this.client!.answer(request);
  }
}
