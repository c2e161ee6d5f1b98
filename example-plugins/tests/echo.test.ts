import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

describe('plugin echo', () => {
  it('answers with the prompt', async () => {
    await using host = await openPlugin('echo', { prefix: 'You said: ' });
    const { data } = await host.call({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi é😀' }],
    });
    expect(data).toEqual({
      text: 'You said: Hi é😀',
      model: 'm',
      usage: { prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 },
      finish_reason: 'stop',
    });
  });
});
