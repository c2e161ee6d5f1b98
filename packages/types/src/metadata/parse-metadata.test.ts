import { describe, expect, it } from 'vitest';

import { encodeMetadata } from './encode-metadata.js';
import { decodeMetadata, decodeMetadataSections, parseMetadata } from './parse-metadata.js';

const least = { name: 'a', version: '1.0.0', plugin_type: 'custom', api_version: '1.0.0' };
const utf8 = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('parseMetadata()', () => {
  it('fills what is absent, and leaves optional fields out', () => {
    expect(parseMetadata(least)).toEqual({
      name: 'a',
      version: '1.0.0',
      description: '',
      author: '',
      pluginType: 'custom',
      capabilities: [],
      apiVersion: '1.0.0',
    });
  });

  it('ignores fields that a later version of the contract may add', () => {
    expect(parseMetadata({ ...least, later: { deep: 1 } })).not.toHaveProperty('later');
  });

  it.each([
    { field: 'name', value: undefined, state: 'it is missing' },
    { field: 'name', value: '../up', state: 'expected letters' },
    { field: 'version', value: '1', state: 'expected a semantic version' },
    { field: 'plugin_type', value: 'judge', state: 'expected "evaluator", "provider"' },
    { field: 'description', value: 1, state: 'expected a text' },
    { field: 'homepage', value: 'x'.repeat(4097), state: '4097 characters, limit is 4096' },
    { field: 'capabilities', value: 'network', state: 'expected a list' },
    { field: 'config_schema', value: [], state: 'expected an object' },
    { field: 'metering', value: 'Exact', state: 'expected "coarse" or "exact", found "Exact"' },
    { field: 'metering', value: true, state: 'expected "coarse" or "exact", found true' },
    { field: 'reads', value: 'output', state: 'expected a list, found "output"' },
    { field: 'aggregate', value: 'means', state: 'expected "sums", found "means"' },
  ])('names the field $field when its value is $value', ({ field, value, state }) => {
    expect(() => parseMetadata({ ...least, [field]: value })).toThrow(
      expect.objectContaining({
        code: 'LOAD_INVALID_METADATA',
        field,
        message: expect.stringContaining(`Cannot read metadata field "${field}": ${state}`),
      }),
    );
  });

  it.each([
    { field: 'capabilities[1]', change: { capabilities: ['network', 'fly'] } },
    {
      field: 'permissions.allowed_dirs[0].access',
      change: { permissions: { allowed_dirs: [{ path: '/a', access: 'rw' }] } },
    },
    {
      field: 'permissions.allowed_dirs[1].path',
      change: { permissions: { allowed_dirs: ['/a', { access: 'read-only' }] } },
    },
    { field: 'permissions.allowed_dirs[0]', change: { permissions: { allowed_dirs: [7] } } },
    { field: 'permissions.network', change: { permissions: { network: 'yes' } } },
    { field: 'permissions.allowed_hosts[0]', change: { permissions: { allowed_hosts: [1] } } },
    {
      field: 'permissions.host_functions',
      change: { permissions: { host_functions: 'mine.lookup' } },
    },
    { field: 'custom.a', change: { custom: { a: 1 } } },
  ])('names the nested field $field', ({ field, change }) => {
    expect(() => parseMetadata({ ...least, ...change })).toThrow(
      expect.objectContaining({ code: 'LOAD_INVALID_METADATA', field }),
    );
  });

  it('keeps a key "__proto__" as data', () => {
    const value: unknown = JSON.parse(
      `{"name":"a","version":"1.0.0","plugin_type":"custom","api_version":"1.0.0","custom":{"__proto__":"x"}}`,
    );
    const { custom } = parseMetadata(value);
    expect(Object.entries(custom ?? {})).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(custom)).toBe(Object.prototype);
  });

  it('takes permissions that are off, with their empty lists', () => {
    const off = { filesystem: false, network: false, env_vars: false, host_functions: false };
    const empty = {
      allowed_dirs: [],
      allowed_hosts: [],
      allowed_env: [],
      allowed_host_functions: [],
    };
    expect(parseMetadata({ ...least, permissions: { ...off, ...empty } }).permissions).toEqual({
      filesystem: false,
      network: false,
      envVars: false,
      allowedDirs: [],
      allowedHosts: [],
      allowedEnv: [],
      hostFunctions: false,
      allowedHostFunctions: [],
    });
  });

  it.each([
    {
      wire: { metering: 'exact', asking: true, aggregate: 'sums' },
      is: { metering: 'exact', asking: true, aggregate: 'sums' },
    },
    { wire: { metering: 'coarse' }, is: { metering: 'coarse' } },
    {
      wire: { reads: ['expected', 'a "field"', '__proto__'] },
      is: { reads: ['expected', 'a "field"', '__proto__'] },
    },
    { wire: { reads: [] }, is: { reads: [] } },
    { wire: { metering: null, aggregate: null, reads: null }, is: {} },
  ])('reads $wire, and writes it again', ({ wire, is }) => {
    const metadata = parseMetadata({ ...least, ...wire });
    expect(metadata).toEqual({ ...parseMetadata(least), ...is });
    expect(parseMetadata(JSON.parse(JSON.stringify(encodeMetadata(metadata))))).toEqual(metadata);
  });

  it('does not take a field from a prototype', () => {
    const value: unknown = Object.create(least);
    expect(() => parseMetadata(value)).toThrow(expect.objectContaining({ field: 'name' }));
  });
});

describe('decodeMetadata()', () => {
  it.each([
    { title: 'not JSON', bytes: new TextEncoder().encode('{name'), message: 'not valid JSON' },
    { title: 'not UTF-8', bytes: Uint8Array.of(0x22, 0xff, 0x22), message: 'not valid UTF-8' },
    { title: 'no bytes', bytes: new Uint8Array(), message: 'not valid JSON' },
    { title: 'a list', bytes: utf8([]), message: 'expected a JSON object' },
    {
      title: 'too long',
      bytes: utf8({ ...least, pad: 'x'.repeat(65_536) }),
      message: 'limit is 65536',
    },
  ])('rejects $title', ({ bytes, message }) => {
    expect(() => decodeMetadata(bytes)).toThrow(
      expect.objectContaining({
        code: 'LOAD_INVALID_METADATA',
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe('decodeMetadataSections()', () => {
  it('gives undefined without a section, and the one there is', () => {
    expect(decodeMetadataSections([])).toBeUndefined();
    expect(decodeMetadataSections([utf8(least)])?.name).toBe('a');
  });

  it('rejects two sections, even equal ones', () => {
    expect(() => decodeMetadataSections([utf8(least), utf8(least)])).toThrow(
      expect.objectContaining({ code: 'LOAD_INVALID_METADATA' }),
    );
  });
});
