import { parseMetadata } from '@testbench/types';
import { describe, expect, it } from 'vitest';

import { type IndexEntry, PluginIndex } from './plugin-index.js';

const entry = (id: string, fields: object = {}): IndexEntry => ({
  id,
  metadata: parseMetadata({
    name: id,
    version: '1.0.0',
    plugin_type: 'evaluator',
    api_version: '1.0.0',
    ...fields,
  }),
});

describe('PluginIndex', () => {
  it('finds by type and capability, in the order of adding', () => {
    const index = new PluginIndex();
    index.add(entry('b', { capabilities: ['text_evaluation'] }));
    index.add(entry('a', { plugin_type: 'filter', capabilities: ['result_filter', 'network'] }));
    index.add(entry('c', { capabilities: ['network'] }));
    expect(index.findByType('evaluator').map(({ id }) => id)).toEqual(['b', 'c']);
    expect(index.findByType('provider')).toEqual([]);
    expect(index.findByCapability('network').map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('replaces and removes by id', () => {
    const index = new PluginIndex();
    index.add(entry('a'));
    index.add(entry('a', { plugin_type: 'filter' }));
    expect(index.size).toBe(1);
    expect(index.findByType('evaluator')).toEqual([]);
    expect(index.remove('a')).toBe(true);
    expect(index.remove('a')).toBe(false);
  });

  it.each([
    { range: '^1.0.0', id: 'new' },
    { range: '1.0.0', id: 'old' },
    { range: '>=2.0.0-0', id: 'next' },
    { range: '^3.0.0', id: undefined },
    { range: 'latest please', id: undefined },
  ])('resolves $range to $id', ({ range, id }) => {
    const index = new PluginIndex();
    index.add(entry('old', { name: 'x', version: '1.0.0' }));
    index.add(entry('new', { name: 'x', version: '1.10.0' }));
    index.add(entry('mid', { name: 'x', version: '1.9.0' }));
    index.add(entry('next', { name: 'x', version: '2.0.0-beta.1' }));
    index.add(entry('other', { name: 'y', version: '1.99.0' }));
    expect(index.resolve('x', range)?.id).toBe(id);
  });
});
