import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { assemble, guestWat } from '@testbench/test-kit';
import { build } from 'vite';

import { bundle } from '../src/bundle.ts';

const SCENARIO = new URL('scenario-core.ts', import.meta.url);
const PLUGINS = new URL('../../example-plugins/', import.meta.url);

/** The scenario as a page's author bundles it, from the packages as published. */
export const BUNDLERS: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  esbuild: () => bundle(SCENARIO, [], [], 'browser'),
  vite: bundleWithVite,
};

async function bundleWithVite(): Promise<Uint8Array> {
  const entry = fileURLToPath(SCENARIO);
  const output = await build({
    root: dirname(entry),
    configFile: false,
    logLevel: 'warn',
    build: { write: false, rollupOptions: { input: entry }, modulePreload: false },
  });
  const chunks = (Array.isArray(output) ? output : [output]).flatMap((each) =>
    'output' in each ? each.output : [],
  );
  const scripts = chunks.filter(({ type }) => type === 'chunk');
  if (scripts.length !== 1) throw new Error(`Cannot serve ${scripts.length} scripts of vite`);
  const [script] = scripts;
  return Buffer.from(script && 'code' in script ? script.code : '');
}

/** Serves the plugins of the scenario, and a model that reports what it was asked with. */
export function openServer(): (request: IncomingMessage, response: ServerResponse) => boolean {
  const forever = guestWat({ execute: '(loop (br 0)) (unreachable)' });
  const growing = guestWat({
    execute: '(loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)',
  });
  const example = (name: string): Uint8Array =>
    readFileSync(new URL(`${name}/build/${name}.wasm`, PLUGINS));
  const modules: Readonly<Record<string, Uint8Array>> = {
    'exact-match': example('exact-match'),
    openai: example('openai'),
    endless: assemble(forever),
    growing: assemble(growing),
  };
  return ({ url = '', headers }, response) => {
    const [, plugin] = /^\/plugins\/([^/]+)\.wasm$/.exec(url) ?? [];
    if (plugin !== undefined) {
      const module = modules[plugin];
      if (module === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'application/wasm' }).end(module);
    } else if (url.startsWith('/moved/')) {
      response.writeHead(307, { location: '/v1/chat/completions' }).end();
    } else if (url === '/v1/chat/completions') {
      const key = headers.authorization?.replace('Bearer ', '');
      const name = key === 'sk-of-the-page' ? 'the key' : 'another one';
      const message = { role: 'assistant', content: `Paris, asked with ${name}: ${key}` };
      const choices = [{ index: 0, message, finish_reason: 'stop' }];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ model: 'test', choices }));
    } else return false;
    return true;
  };
}
