import type { Optimization } from '@testbench/sdk';
import { ConfigNode, joinPath, type OptionReaders, readOptions } from '@testbench/types/config';

import type { DevDataset } from './score-records.js';

const DATASET: OptionReaders<DevDataset> = {
  path: (node) => node.text(),
  records: (node) => node.wholeNumber(1),
  fields: (node) => {
    const entries = Object.entries(node.object());
    return Object.fromEntries(
      entries.map(([name, value]) => [
        name,
        new ConfigNode(value, joinPath(node.path, name)).text(),
      ]),
    );
  },
};

export function readDataset(node: ConfigNode): DevDataset {
  return readOptions<DevDataset>(node.value, DATASET, node.path, ['path']);
}

export function readOptimization(node: ConfigNode): Optimization {
  return node.oneOf(['speed', 'size', 'none']);
}
