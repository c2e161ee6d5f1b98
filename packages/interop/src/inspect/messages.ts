import type { ImportedMessage } from '@testbench/bench/import';

import type { JsonPlace } from '../json/json-place.js';
import type { Attachments } from './attachments.js';

/** A tool that a model called, as a run keeps it. */
export interface CalledTool {
  readonly id?: string;
  readonly name: string;
  readonly arguments: string;
}

/** The messages of a sample in the form of the chat APIs. */
export function readMessages(list: JsonPlace, attachments: Attachments): ImportedMessage[] {
  return list.list().map((message) => readMessage(message, attachments));
}

function readMessage(message: JsonPlace, attachments: Attachments): ImportedMessage {
  const role = message.at('role').text() ?? message.reject('a message with a role');
  const content = readContent(message.at('content'), attachments);
  const id = message.at('tool_call_id').text();
  if (role === 'tool' && id !== undefined) {
    return Object.assign({ role, content }, { tool_call_id: id });
  }
  const calls = role === 'assistant' ? readToolCalls(message) : [];
  if (calls.length === 0) return { role, content };
  const called = calls.map(({ name, arguments: given, ...named }) => {
    return Object.assign(named, { type: 'function', function: { name, arguments: given } });
  });
  return Object.assign({ role, content }, { tool_calls: called });
}

/** A text, or parts if there is more than text. */
export function readContent(content: JsonPlace, attachments: Attachments): unknown {
  if (content.isMissing) return '';
  if (!content.isList) return attachments.text(content.text()!);
  const parts = content.list().flatMap((part) => readPart(part, attachments));
  if (parts.some(({ type }) => type !== 'text')) return parts;
  return parts.map(({ text }) => text).join('');
}

function readPart(
  part: JsonPlace,
  attachments: Attachments,
): {
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string };
}[] {
  const type = part.at('type').text() ?? 'text';
  const text = (name: string): string => attachments.text(part.at(name).text() ?? '');
  if (type === 'text') return [{ type, text: text('text') }];
  // What a model thought is not what it said.
  if (type === 'reasoning') return [];
  if (type !== 'image') return [{ type: 'text', text: `[${type}]` }];
  const url = text('image');
  // A path of another machine is no image here.
  if (!/^(?:data:|https?:)/.test(url)) return [{ type: 'text', text: '[image]' }];
  return [{ type: 'image_url', image_url: { url } }];
}

/** The text of a content. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as readonly { readonly text?: unknown }[])
    .flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
    .join('\n');
}

/** The tools that a message calls. */
export function readToolCalls(message: JsonPlace): CalledTool[] {
  const calls = message.at('tool_calls');
  return calls.list().flatMap((call) => {
    // Early versions have the form of the API.
    const name = call.at('function').isObject
      ? call.at('function').at('name').text()
      : call.at('function').text();
    if (name === undefined) return [];
    const nested = call.at('function').at('arguments');
    const given = nested.isMissing ? call.at('arguments') : nested;
    const id = call.at('id').text();
    return [
      {
        ...(id === undefined ? {} : { id }),
        name,
        arguments:
          typeof given.value === 'string' ? given.value : JSON.stringify(given.value ?? {}),
      },
    ];
  });
}
