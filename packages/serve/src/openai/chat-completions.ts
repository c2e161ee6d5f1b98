import type { ProviderResult } from '@testbench/types';

import { counted } from '../answers/execute.js';
import { toProblem } from '../answers/problem.js';
import { sendJson, sendStream } from '../answers/send.js';
import type { RouteCall } from '../server/route.js';
import { createHead, toChunk, toCompletion, toolCallsOf, usageOf } from './chat-answer.js';
import { toOpenAiError } from './openai-error.js';
import { type ChatRequest, readChatRequest } from './read-chat-request.js';

/** `POST /v1/chat/completions` */
export async function chatCompletions(call: RouteCall): Promise<void> {
  const { serving, body, response, signal } = call;
  const request = readChatRequest(body, serving);
  if (request.isStream) {
    const type = 'text/event-stream; charset=utf-8';
    await sendStream(response, type, streamAnswer(call, request), signal);
    return;
  }
  const { model, data } = request;
  const output = await counted(call, model.plugin, () =>
    serving.plugins.system.executePlugin<ProviderResult>(model.plugin, { data }, { signal }),
  );
  const answer = toCompletion(createHead(model.id), output.data);
  sendJson(response, answer, serving.limits.maxAnswerBytes);
}

/** Server-sent events, ended by `[DONE]`. Once one has been sent, an error is one too. */
async function* streamAnswer(
  { serving, signal }: RouteCall,
  { model, data, withUsage }: ChatRequest,
): AsyncGenerator<string> {
  const { plugins, meter } = serving;
  const head = createHead(model.id);
  const decoder = new TextDecoder();
  let sent: string | undefined;
  try {
    const parts = plugins.system.executePluginStream(model.plugin, { data }, { signal });
    for await (const part of parts) {
      const isFirst = sent === undefined;
      if (part.type === 'chunk') {
        const content = decoder.decode(part.bytes, { stream: true });
        sent = (sent ?? '') + content;
        if (isFirst) yield toEvent(toChunk(head, { role: 'assistant', content }));
        else if (content !== '') yield toEvent(toChunk(head, { content }));
        continue;
      }
      const result = part.output.data as ProviderResult;
      // A provider that does not stream gives all of its text here.
      const rest = result.text.startsWith(sent ?? '') ? result.text.slice(sent?.length ?? 0) : '';
      const calls = toolCallsOf(result)?.map((one, index) => Object.assign({ index }, one));
      const delta = {
        ...(isFirst && { role: 'assistant' }),
        ...((rest !== '' || isFirst) && { content: rest }),
        ...(calls && { tool_calls: calls }),
      };
      if (Object.keys(delta).length > 0) yield toEvent(toChunk(head, delta));
      yield toEvent(toChunk(head, {}, result));
      const { usage = null } = usageOf(result);
      if (withUsage) yield toEvent({ ...toChunk(head, {}), choices: [], usage });
    }
    meter.called(model.plugin, 'ok');
  } catch (error) {
    const problem = toProblem(error);
    meter.called(model.plugin, problem.code);
    if (sent === undefined) throw error;
    yield toEvent(toOpenAiError(problem));
  }
  yield 'data: [DONE]\n\n';
}

/** JSON has no line breaks outside its strings, where they are escaped. */
function toEvent(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
