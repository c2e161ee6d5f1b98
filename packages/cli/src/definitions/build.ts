import { defineCommand } from '../command-line/define-command.js';
import { BUILD_FLAGS } from '../flags/build.js';

export const BUILD = defineCommand({
  name: 'build',
  brief: 'build a plugin from its sources',
  about:
    'Compiles a project in AssemblyScript, Rust or C, optimises it, and writes its metadata into the module; or turns a JavaScript or TypeScript script into a module.',
  positionals: [
    {
      name: 'folder',
      brief: 'the project, or a script (default: the current folder)',
      isOptional: true,
    },
  ],
  flags: BUILD_FLAGS,
  examples: [
    'testbench build',
    'testbench build metric.ts --output metric.wasm',
    'testbench build plugins/mine --optimize size --report',
  ],
  load: async () => (await import('../commands/build.js')).buildCommand,
});
