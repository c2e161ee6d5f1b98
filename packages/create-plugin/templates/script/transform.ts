import { defineTransform, InvalidInputError } from '@testbench/script';

export default defineTransform({
  name: '{{NAME}}',
  version: '0.1.0',
  description: '{{DESCRIPTION}}',
  transform(data) {
    // A benchmark hands over an object with the answer as "text".
    const text = typeof data === 'string' ? data : data?.text;
    if (typeof text !== 'string') {
      throw new InvalidInputError('expected a text, or an object with a "text"');
    }
    return text.split('\n', 1)[0];
  },
});
