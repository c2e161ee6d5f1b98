/** Answers in the formats of three providers' APIs: OpenAI's chat completions, Anthropic's messages, Gemini's `generateContent`. */

/** Which API a request is for. */
export type ModelApi = 'openai' | 'anthropic' | 'gemini';

/** The answer that a server has made up for a request. */
export interface MadeAnswer {
  readonly model: string;
  /** The text in pieces of one token each. */
  readonly tokens: readonly string[];
  readonly promptTokens: number;
  /** True if there would have been more than `max_tokens` allows. */
  readonly isCut: boolean;
  /** Tools that the model calls, after its text. @default none */
  readonly toolCalls?: readonly MadeToolCall[];
  /** Number of the request, from 0; identifiers are derived from it. */
  readonly number: number;
}

/** A tool that a model calls. */
export interface MadeToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON; Anthropic's format has only objects. */
  readonly arguments: string;
}

/** One provider's format. */
export interface ModelWire {
  /** The start of its URLs' paths. */
  readonly path: string;
  /** The request with `model`, `messages`, `max_tokens` and `stream`, where they have other names or are in the URL. */
  readonly read?: (url: string, body: ModelBody) => ModelBody;
  /** Header with the identifier of the request. */
  readonly idHeader: string;
  /** What is wrong with a request, if anything. */
  readonly check: (
    headers: Readonly<Record<string, unknown>>,
    body: ModelBody,
  ) => WireFailure | undefined;
  readonly answer: (answer: MadeAnswer) => object;
  /** Events of a stream, each as written. */
  readonly events: (answer: MadeAnswer, body: ModelBody) => string[];
  readonly failure: (failure: WireFailure) => object;
}

/** A request's JSON. */
export type ModelBody = Readonly<Record<string, unknown>>;

/** A failure, before it is formatted. */
export interface WireFailure {
  readonly status: number;
  readonly message: string;
}

const CREATED = 1_700_000_000;

/** @see https://platform.openai.com/docs/api-reference/chat */
const openai: ModelWire = {
  path: '/v1/chat/completions',
  idHeader: 'x-request-id',
  check(headers, body) {
    if (!hasBearer(headers)) {
      return { status: 401, message: "You didn't provide an API key." };
    }
    return checkBody(body, 'messages') ?? checkOpenaiTools(body);
  },
  answer: ({ model, tokens, promptTokens, isCut, number, toolCalls = [] }) => ({
    id: `chatcmpl-${number}`,
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: toolCalls.length > 0 && tokens.length === 0 ? null : tokens.join(''),
          refusal: null,
          annotations: [],
          ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map(openaiCall) }),
        },
        logprobs: null,
        finish_reason: openaiReason(isCut, toolCalls),
      },
    ],
    usage: openaiUsage(promptTokens, tokens.length),
    service_tier: 'default',
    system_fingerprint: null,
  }),
  events(answer, body) {
    const { model, tokens, promptTokens, isCut, number, toolCalls = [] } = answer;
    const options = body['stream_options'] as { readonly include_usage?: boolean } | undefined;
    const withUsage = options?.include_usage === true;
    const chunk = (choices: readonly object[], usage: object | null = null): string =>
      `data: ${JSON.stringify({
        id: `chatcmpl-${number}`,
        object: 'chat.completion.chunk',
        created: CREATED,
        model,
        system_fingerprint: null,
        choices,
        ...(withUsage ? { usage } : {}),
      })}\n\n`;
    const choice = (delta: object, finish: string | null = null): string =>
      chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }]);
    return [
      choice({ role: 'assistant', content: '', refusal: null }),
      ...tokens.map((content) => choice({ content })),
      ...toolCalls.flatMap((call, index) => [
        // The first piece has the name, the others only arguments.
        choice({ tool_calls: [{ index, ...openaiCall({ ...call, arguments: '' }) }] }),
        ...pieces(call.arguments).map((piece) =>
          choice({ tool_calls: [{ index, function: { arguments: piece } }] }),
        ),
      ]),
      choice({}, openaiReason(isCut, toolCalls)),
      ...(withUsage ? [chunk([], openaiUsage(promptTokens, tokens.length))] : []),
      'data: [DONE]\n\n',
    ];
  },
  failure: ({ status, message }) => ({
    error: {
      message,
      type: OPENAI_TYPES[status] ?? 'server_error',
      param: null,
      code: status === 429 ? 'rate_limit_exceeded' : null,
    },
  }),
};

function openaiCall({ id, name, arguments: input }: MadeToolCall): object {
  return { id, type: 'function', function: { name, arguments: input } };
}

function openaiReason(isCut: boolean, toolCalls: readonly MadeToolCall[]): string {
  if (isCut) return 'length';
  return toolCalls.length > 0 ? 'tool_calls' : 'stop';
}

interface OpenaiMessage {
  readonly role?: string;
  readonly content?: unknown;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly { readonly id: string }[];
}

/** Each call of a tool is answered by a message of its own, at once and by its id. */
function checkOpenaiTools({ messages }: ModelBody): WireFailure | undefined {
  let open: string[] = [];
  for (const message of messages as readonly OpenaiMessage[]) {
    const { role, content, tool_call_id: id = '', tool_calls: calls } = message;
    if (role === 'tool') {
      if (!open.includes(id) || typeof content !== 'string') {
        return {
          status: 400,
          message: `messages with role 'tool' must be a response to a preceding message with 'tool_calls'`,
        };
      }
      open = open.filter((one) => one !== id);
      continue;
    }
    if (open.length > 0) break;
    if (content === null && calls === undefined) {
      return { status: 400, message: 'content: expected a string, got null' };
    }
    open = calls?.map((call) => call.id) ?? [];
  }
  if (open.length === 0) return undefined;
  return {
    status: 400,
    message: `tool_call_ids did not have response messages: ${open.join(', ')}`,
  };
}

/** Two halves, so that a stream has more than one piece. */
function pieces(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

const OPENAI_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'invalid_request_error',
  404: 'invalid_request_error',
  429: 'requests',
};

function openaiUsage(promptTokens: number, completionTokens: number): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

/** @see https://docs.anthropic.com/en/api/messages */
const anthropic: ModelWire = {
  path: '/v1/messages',
  idHeader: 'request-id',
  check(headers, body) {
    // Either: the official client of 2026 sends the key as a bearer, older ones and the documentation as `x-api-key`.
    if (typeof headers['x-api-key'] !== 'string' && !hasBearer(headers)) {
      return { status: 401, message: 'x-api-key header is required' };
    }
    if (typeof headers['anthropic-version'] !== 'string') {
      return { status: 400, message: 'anthropic-version: header is required' };
    }
    if (!Number.isInteger(body['max_tokens'])) {
      return { status: 400, message: 'max_tokens: Field required' };
    }
    return checkBody(body, 'messages') ?? checkAnthropicTools(body);
  },
  answer: ({ tokens, toolCalls = [], ...answer }) => ({
    ...anthropicMessage(answer),
    content: [
      ...(tokens.length === 0 && toolCalls.length > 0
        ? []
        : [{ type: 'text', text: tokens.join(''), citations: null }]),
      ...toolCalls.map(({ id, name, arguments: input }) => ({
        type: 'tool_use',
        id,
        name,
        input: JSON.parse(input) as object,
      })),
    ],
    stop_reason: anthropicReason(answer.isCut, toolCalls),
    usage: anthropicUsage(answer.promptTokens, tokens.length),
  }),
  events(answer) {
    const event = (type: string, more: object): string =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
    const { tokens, promptTokens, isCut, toolCalls = [] } = answer;
    const usage = anthropicUsage(promptTokens, 1);
    return [
      event('message_start', { message: { ...anthropicMessage(answer), content: [], usage } }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      event('ping', {}),
      ...tokens.map((text) =>
        event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
      ),
      event('content_block_stop', { index: 0 }),
      ...toolCalls.flatMap(({ id, name, arguments: input }, place) => [
        event('content_block_start', {
          index: place + 1,
          content_block: { type: 'tool_use', id, name, input: {} },
        }),
        ...['', ...pieces(input)].map((piece) =>
          event('content_block_delta', {
            index: place + 1,
            delta: { type: 'input_json_delta', partial_json: piece },
          }),
        ),
        event('content_block_stop', { index: place + 1 }),
      ]),
      event('message_delta', {
        delta: { stop_reason: anthropicReason(isCut, toolCalls), stop_sequence: null },
        usage: { output_tokens: tokens.length },
      }),
      event('message_stop', {}),
    ];
  },
  failure: ({ status, message }) => ({
    type: 'error',
    error: { type: ANTHROPIC_TYPES[status] ?? 'api_error', message },
    request_id: 'req_1',
  }),
};

function anthropicReason(isCut: boolean, toolCalls: readonly MadeToolCall[]): string {
  if (isCut) return 'max_tokens';
  return toolCalls.length > 0 ? 'tool_use' : 'end_turn';
}

interface AnthropicBlock {
  readonly type?: string;
  readonly id?: string;
  readonly text?: string;
  readonly tool_use_id?: string;
}

/** All calls of a message are answered by the next one, which is the user's; no text is empty. */
function checkAnthropicTools({ messages }: ModelBody): WireFailure | undefined {
  let open: (string | undefined)[] = [];
  for (const { content } of messages as readonly { readonly content?: unknown }[]) {
    if (content === '') {
      return { status: 400, message: 'messages: text content blocks must be non-empty' };
    }
    const blocks = (Array.isArray(content) ? content : []) as readonly AnthropicBlock[];
    if (blocks.some(({ type, text }) => type === 'text' && text === '')) {
      return { status: 400, message: 'messages: text content blocks must be non-empty' };
    }
    const results = blocks.filter(({ type }) => type === 'tool_result');
    const isAnswered =
      open.every((id) => results.some((result) => result.tool_use_id === id)) &&
      results.every((result) => open.includes(result.tool_use_id));
    if (!isAnswered) {
      return {
        status: 400,
        message:
          'each `tool_use` block must have a corresponding `tool_result` block in the next message',
      };
    }
    open = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => id);
  }
  return open.length === 0
    ? undefined
    : { status: 400, message: '`tool_use` ids were found without `tool_result` blocks' };
}

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function anthropicMessage({ model, number }: Pick<MadeAnswer, 'model' | 'number'>): object {
  return {
    id: `msg_${number}`,
    type: 'message',
    role: 'assistant',
    model,
    stop_reason: null,
    stop_sequence: null,
  };
}

function anthropicUsage(inputTokens: number, outputTokens: number): object {
  return {
    input_tokens: inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens,
    service_tier: 'standard',
  };
}

function hasBearer(headers: Readonly<Record<string, unknown>>): boolean {
  return /^Bearer \S+$/.test(String(headers['authorization']));
}

function checkBody(body: ModelBody, list: string): WireFailure | undefined {
  if (typeof body['model'] !== 'string') {
    return { status: 400, message: 'you must provide a model parameter' };
  }
  const items = body[list];
  if (!Array.isArray(items) || items.length === 0) {
    return { status: 400, message: `${list}: at least one is required` };
  }
  return undefined;
}

const METHOD =
  /^\/v1(?:beta)?\/models\/([^/:]+):(generateContent|streamGenerateContent)(?:\?alt=sse)?$/;

/** @see https://ai.google.dev/api/generate-content */
const gemini: ModelWire = {
  path: '/v1beta/models/',
  idHeader: 'x-request-id',
  read(url, body) {
    const [, model, method] = METHOD.exec(url) ?? [];
    const contents = body['contents'] as readonly { readonly parts?: unknown }[] | undefined;
    const settings = body['generationConfig'] as { readonly maxOutputTokens?: number } | undefined;
    return {
      ...body,
      model,
      messages: contents?.map(({ parts }) => ({ content: parts })),
      stream: method === 'streamGenerateContent',
      max_tokens: settings?.maxOutputTokens,
    };
  },
  check(headers, body) {
    if (typeof headers['x-goog-api-key'] !== 'string' || headers['x-goog-api-key'] === '') {
      return { status: 403, message: "Method doesn't allow unregistered callers" };
    }
    if (typeof body['model'] !== 'string') return { status: 404, message: 'Not found' };
    return checkBody(body, 'messages');
  },
  answer: (answer) => geminiChunk(answer, answer.tokens.join(''), true),
  events: (answer) =>
    answer.tokens.map(
      (token, index) =>
        `data: ${JSON.stringify(geminiChunk(answer, token, index === answer.tokens.length - 1))}\r\n\r\n`,
    ),
  failure: ({ status, message }) => ({
    error: { code: status, message, status: GEMINI_STATUSES[status] ?? 'INTERNAL' },
  }),
};

const GEMINI_STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

function geminiChunk(
  { model, tokens, promptTokens, isCut, number }: MadeAnswer,
  text: string,
  isLast: boolean,
): object {
  const finish = isLast ? { finishReason: isCut ? 'MAX_TOKENS' : 'STOP' } : {};
  const answerTokens = isLast ? { candidatesTokenCount: tokens.length } : {};
  return {
    candidates: [{ content: { parts: [{ text }], role: 'model' }, ...finish, index: 0 }],
    usageMetadata: {
      promptTokenCount: promptTokens,
      ...answerTokens,
      totalTokenCount: promptTokens + (isLast ? tokens.length : 0),
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokens }],
    },
    modelVersion: model,
    responseId: `response_${number}`,
  };
}

/** The format of each API. */
export const MODEL_WIRES: Readonly<Record<ModelApi, ModelWire>> = { openai, anthropic, gemini };
