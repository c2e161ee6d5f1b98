import { defineProvider, InvalidInputError } from '@testbench/script';

export default defineProvider({
  name: '{{NAME}}',
  version: '0.1.0',
  description: '{{DESCRIPTION}}',
  complete({ model, prompt, messages }) {
    // Of a conversation, the last turn counts.
    const text = messages?.at(-1)?.content ?? prompt;
    if (typeof text !== 'string') throw new InvalidInputError('expected "prompt" or "messages"');
    return { text, model, finish_reason: 'stop' };
  },
});
