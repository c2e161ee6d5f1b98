import { defineCommand } from '../command-line/define-command.js';
import { SERVE_FLAGS } from '../flags/serve.js';

export const SERVE = defineCommand({
  name: 'serve',
  brief: 'serve plugins over HTTP, and providers behind an OpenAI-compatible API',
  about: [
    'Serves plugins on 127.0.0.1 for programs in any language, as GET /openapi.json describes: one input, a batch or a stream. Every request needs the',
    'token. SIGTERM and Ctrl-C drain it: running requests are finished, and further ones refused.',
  ].join('\n'),
  positionals: [
    {
      name: 'plugin',
      brief: 'a module, a name such as exact-match, a script, or oci://host/name',
      isMany: true,
      isOptional: true,
    },
  ],
  flags: SERVE_FLAGS,
  examples: [
    'testbench serve exact-match token-f1 ./my.wasm',
    'testbench serve --config testbench.yaml --port 8080 --token-file token.txt',
    'testbench serve openai --model openai/gpt-5-mini --policy policy.yaml',
  ],
  load: async () => (await import('../commands/serve.js')).serveCommand,
});
