import { defineCustom, InvalidInputError } from '@testbench/script';

export default defineCustom({
  name: '{{NAME}}',
  version: '0.1.0',
  description: '{{DESCRIPTION}}',
  run(data) {
    if (typeof data?.text !== 'string') {
      throw new InvalidInputError('expected a text in the field "text"');
    }
    return { words: data.text.split(/\s+/).filter((word{{ts: string}}) => word !== '').length };
  },
});
