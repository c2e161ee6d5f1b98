import { defineCommand } from '../command-line/define-command.js';
import { SHELLS } from '../command-line/shells.js';
import { COMPLETION_FLAGS } from '../flags/completion.js';

export const COMPLETION = defineCommand({
  name: 'completion',
  brief: 'print a completion script for your shell',
  positionals: [{ name: 'shell', brief: 'bash, zsh, fish or powershell', choices: SHELLS }],
  flags: COMPLETION_FLAGS,
  examples: [
    'source <(testbench completion bash)',
    'testbench completion fish > ~/.config/fish/completions/testbench.fish',
  ],
  load: async () => (await import('../commands/completion.js')).completionCommand,
});
