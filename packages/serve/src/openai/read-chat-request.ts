import type { ProviderData } from '@testbench/types';
import { ConfigNode } from '@testbench/types/config';

import { ServeError } from '../errors.js';
import { readName, type ServedModel } from '../serve-options.js';
import type { Serving } from '../server/route.js';
import { findModel } from './models.js';

/** A request for an answer, for a provider. */
export interface ChatRequest {
  readonly model: ServedModel;
  readonly data: ProviderData;
  readonly isStream: boolean;
  /** Whether the last chunk of a stream has the usage. */
  readonly withUsage: boolean;
}

/** Fields that a provider gets as they are. */
const PASSED = [
  'temperature',
  'top_p',
  'stop',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'response_format',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning_effort',
  'verbosity',
] as const;
/** Fields that say nothing about the answer. */
const IGNORED = new Set([
  'user',
  'metadata',
  'store',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
]);
/** Fields that are read here. */
const READ = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
]);

/**
 * Reads a request in OpenAI's shape. What would change the answer and is not supported is refused, rather than dropped.
 *
 * @throws {ConfigError} For a wrong value.
 * @throws {ServeError} `SERVE_NOT_SERVED`, `SERVE_UNSUPPORTED`.
 */
export function readChatRequest(body: ConfigNode, serving: Serving): ChatRequest {
  const object = body.object();
  const field = (name: string): ConfigNode => {
    const value = Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
    return new ConfigNode(value, `body.${name}`);
  };
  const given = (name: string): ConfigNode | undefined => {
    const node = field(name);
    return node.value === undefined ? undefined : node;
  };
  const model = findModel(serving, readName(field('model')));
  for (const name of Object.keys(object)) {
    if (READ.has(name) || IGNORED.has(name) || (PASSED as readonly string[]).includes(name))
      continue;
    if (given(name) !== undefined) refuse(name);
  }
  if (given('n') !== undefined && field('n').value !== 1) refuse('n');
  const messages = field('messages').list();
  if (messages.length === 0) field('messages').reject('at least one message');
  for (const message of messages) {
    const role = new ConfigNode(message.object()['role'], `${message.path}.role`);
    role.text();
  }
  const maxTokens = given('max_completion_tokens') ?? given('max_tokens');
  const isStream = given('stream')?.boolean() ?? false;
  const passed = PASSED.flatMap((name) => {
    const node = given(name);
    return node === undefined ? [] : [[name, node.value] as const];
  });
  const data: ProviderData = {
    ...model.parameters,
    ...Object.fromEntries(passed),
    ...(maxTokens && { max_tokens: maxTokens.wholeNumber(1) }),
    model: model.model ?? model.id,
    messages: messages.map(({ value }) => value as { role: string; content: unknown }),
    ...(isStream && { stream: true }),
  };
  const streaming = given('stream_options')?.object();
  return { model, data, isStream, withUsage: streaming?.['include_usage'] === true };
}

function refuse(name: string): never {
  throw new ServeError(
    'SERVE_UNSUPPORTED',
    `Cannot read "body.${name.slice(0, 64)}": this server does not support it`,
  );
}
