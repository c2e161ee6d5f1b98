import { defineCommand } from '../command-line/define-command.js';
import { CACHE_FLAGS } from '../flags/cache.js';

export const CACHE = defineCommand({
  name: 'cache',
  brief: 'count or prune cached answers of paid calls',
  positionals: [{ name: 'stats|prune', brief: 'what to do' }],
  flags: CACHE_FLAGS,
  examples: ['testbench cache stats', 'testbench cache prune --older-than-days 30'],
  load: async () => (await import('../commands/cache.js')).cacheCommand,
});
