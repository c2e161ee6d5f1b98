import { defineFilter } from '@testbench/script';

export default defineFilter({
  name: '{{NAME}}',
  version: '0.1.0',
  description: '{{DESCRIPTION}}',
  keep(item) {
    // An item's field "text" or, as in a benchmark, "output".
    const text = item?.text ?? item?.output;
    return (typeof text === 'string' && text !== '') || 'no text';
  },
});
