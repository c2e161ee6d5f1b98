import {
  ChatServer, Completion, GeminiClient, GeminiEmbeddings, Json, plugin, Provider, ProviderRequest, range,
} from "@testbench/plugins-sdk";

class Options {
  /** Address of the server, with the version of its API; `/models/NAME:generateContent` is appended. */
  base_url: string = "https://generativelanguage.googleapis.com/v1beta";
  /** Name of the secret that holds the key. Empty for a server without one. */
  api_key_secret: string = "GEMINI_API_KEY";
  /** Time limit of one attempt in milliseconds. 0: that of the call. */
  @range(0, 3600000)
  timeout_ms: i32 = 0;
  /** Further attempts after a failure that may pass. */
  @range(0, 10)
  retries: i32 = 2;
  /** Further fields, added to every request that does not have them; those within `generationConfig`, too. */
  extra: Json = Json.missing;
}

@plugin({
  name: "gemini",
  capabilities: ["api_requests", "streaming", "network", "multi_modal_evaluation"],
  asking: true,
  permissions: { network: true, allowedHosts: ["generativelanguage.googleapis.com"] },
})
export class Gemini extends Provider {
  config: Options = new Options();
  private client: GeminiClient | null = null;
  private embeddings: GeminiEmbeddings | null = null;

  start(): void {
    const config = this.config;
    const server = new ChatServer(config.base_url, config.timeout_ms, config.retries);
    if (config.api_key_secret.length > 0) server.header("x-goog-api-key", "${secret:" + config.api_key_secret + "}");
    this.client = new GeminiClient(server, config.extra);
    this.embeddings = new GeminiEmbeddings(server);
  }

  complete(request: ProviderRequest): Completion {
    if (request.wantsEmbeddings) return this.embeddings!.answer(request);
    return this.client!.answer(request);
  }
}
