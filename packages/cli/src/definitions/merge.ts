import { defineCommand } from '../command-line/define-command.js';
import { MERGE_FLAGS } from '../flags/merge.js';

export const MERGE = defineCommand({
  name: 'merge',
  brief: 'put the shards of a run together',
  about: [
    'Puts the folders of testbench run --shard together, in any order: rows, summary and scores of whole sets are those that one machine gives.',
    'Refuses shards that are missing, there twice, or not of one plan. The data set is not needed; the plugins are. The shards stay as they are.',
  ].join('\n'),
  positionals: [{ name: 'shard', brief: 'folders of all the shards', isMany: true }],
  flags: MERGE_FLAGS,
  examples: ['testbench merge runs/arithmetic-0123456789ab.shard-*'],
  load: async () => (await import('../commands/merge.js')).mergeCommand,
});
