import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { askServer } from '../__fixtures__/ask-server.js';
import { openServed } from '../__fixtures__/served-system.js';
import { ROUTES } from '../server/routes.js';
import { type PluginServer, startPluginServer } from '../start-plugin-server.js';
import { OPEN_API } from './document.js';

const ajv = new Ajv2020({ strict: false });
ajv.addSchema(OPEN_API, 'api');
const schema = (name: string): ValidateFunction =>
  ajv.getSchema(`api#/components/schemas/${name}`)!;

interface Operation {
  readonly operationId?: string;
}

describe('OPEN_API', () => {
  it('is openapi.json of the package', () => {
    const file = join(import.meta.dirname, '../../openapi.json');
    // To write it: node -p "JSON.stringify(…, null, 2)" of GET /openapi.json, then `npm run format`.
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(OPEN_API)));
  });

  it('describes every route by its name', () => {
    const described = Object.entries<Record<string, object>>(OPEN_API.paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, { operationId }]: [string, Operation]) => ({
          path: path.replace(/\{.*/, ''),
          method: method.toUpperCase(),
          operation: operationId,
        })),
    );
    for (const { path, method, operation } of ROUTES) {
      expect(described).toContainEqual(expect.objectContaining({ path, method, operation }));
    }
    const open = ['metrics', 'health', 'ready', 'openApi'];
    expect(described).toHaveLength(ROUTES.length + open.length);
  });

  it('has a schema for every reference', () => {
    const names = Object.keys(OPEN_API.components.schemas);
    for (const name of names) expect(() => schema(name)).not.toThrow();
    const used = JSON.stringify(OPEN_API).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    expect(names).toEqual(expect.arrayContaining([...used].map(([, name]) => name)));
  });
});

describe('what a server says', () => {
  let server: PluginServer;
  const served = openServed();
  beforeAll(async () => {
    const { system } = await served;
    server = await startPluginServer({ system, models: [{ id: 'm', plugin: 'speaker' }] });
  });
  afterAll(async () => {
    await server.close();
    await (await served).system.close();
  });

  const batch = { plugin: 'same', inputs: [{ data: { output: 1 } }, { data: 2 }] };
  it.each([
    ['/v1/plugins', undefined, undefined, 'Plugins'],
    ['/v1/execute', { plugin: 'same', data: { output: 1 } }, 'Execute', 'Output'],
    ['/v1/execute', { plugin: 'none', data: 1 }, 'Execute', 'Problem'],
    ['/v1/execute/batch', batch, 'ExecuteBatch', 'Results'],
    ['/v1/execute/stream', batch, 'ExecuteStream', 'Line'],
    [
      '/v1/execute/stream',
      { plugin: 'speaker', data: { model: 'breaking', stream: true } },
      'ExecuteStream',
      'Line',
    ],
    ['/v1/models', undefined, undefined, 'Models'],
    ['/v1/models/m', undefined, undefined, 'Model'],
    ['/v1/models/none', undefined, undefined, 'OpenAiError'],
    [
      '/v1/chat/completions',
      { model: 'm', messages: [{ role: 'user', content: 'a' }] },
      'ChatRequest',
      'ChatCompletion',
    ],
  ])('at %s is as described', async (path, body, asked, answered) => {
    expect(asked === undefined || schema(asked)(body)).toBe(true);
    const told = await askServer(server, path, { body });
    const values = answered === 'Line' ? told.body.trim().split('\n') : [told.body];
    for (const value of values) {
      const validate = schema(answered);
      validate(JSON.parse(value));
      expect(validate.errors).toBeNull();
    }
  });

  it('at /openapi.json is the description, without a token', async () => {
    const told = await askServer(server, '/openapi.json', { headers: { authorization: '' } });
    expect(told.json).toEqual(JSON.parse(JSON.stringify(OPEN_API)));
  });
});
