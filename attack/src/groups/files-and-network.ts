import { hostSignatures } from '@testbench/host';

import { type Attack, insist } from '../attack.ts';

/** Rows 64 to 84: no host function reaches files or the network, so there is nothing to attack, nor anything that holds. */
export const filesAndNetwork: readonly Attack[] = Array.from(
  { length: 21 },
  (_, index): Attack => ({
    row: 64 + index,
    name: index < 10 ? 'files' : 'network',
    modes: ['host'],
    absent: true,
    run() {
      const names = Object.keys(hostSignatures({ enableWasi: false })['env'] ?? {});
      const news = names.filter((name) => /^host_(file|http)_/.test(name));
      insist(news.length === 0, `the host now has ${news.join(', ')}: write this attack`);
      return 'no host functions for them';
    },
  }),
);
