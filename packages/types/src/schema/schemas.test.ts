import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseOutputEnvelope, validateOutputData } from '../data/validate-output.js';
import { PluginError } from '../errors/plugin-error.js';
import { encodeMetadata } from '../metadata/encode-metadata.js';
import { parseMetadata } from '../metadata/parse-metadata.js';
import { CAPABILITIES, PLUGIN_TYPES } from '../metadata/plugin-metadata.js';
import {
  INPUT_ENVELOPE_SCHEMA,
  OUTPUT_DATA_SCHEMAS,
  OUTPUT_ENVELOPE_SCHEMA,
} from './envelope-schema.js';
import { METADATA_SCHEMA } from './metadata-schema.js';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });

/** False if the check throws one of our errors; any other error is a bug and passes through. */
function accepts(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (PluginError.is(error)) return false;
    throw error;
  }
}

/** JSON leaves of every kind, strings in ASCII: schema and parser count other characters differently. */
const leaf = fc.oneof(
  fc.constantFrom(null, true, 0, 1, -1, 0.5, 2 ** 53, '', '1.0.0', 'x', [], {}),
  fc.string({ unit: 'grapheme-ascii' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.array(fc.constantFrom('a', 'network', null, 1), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'index', 'metrics'), fc.constantFrom('b', 1, null), {
    maxKeys: 2,
  }),
);

/** An object that is valid except for at most two fields, so that both sides of the border are tested. */
function nearly(right: Record<string, unknown>, keys: readonly string[]) {
  const wrong = fc.dictionary(fc.constantFrom(...keys), leaf, { maxKeys: 2 });
  const missing = fc.option(fc.constantFrom(...keys), { freq: 4 });
  return fc.tuple(wrong, missing).map(([changes, removed]) => {
    const value: Record<string, unknown> = Object.assign({}, right, changes);
    if (removed !== null) delete value[removed];
    return value;
  });
}

const right = {
  name: '@scope/plugin',
  version: '1.2.3-rc.1+build.5',
  description: 'Does things',
  author: 'somebody',
  plugin_type: 'evaluator',
  capabilities: ['text_evaluation'],
  api_version: '1.0.0',
  min_host_version: '1.0.0',
  homepage: 'https://example.com',
  license: 'MIT',
  custom: { a: 'b' },
  dependencies: { other: '^1.0.0' },
  config_schema: { type: 'object' },
  permissions: {
    network: true,
    allowed_hosts: ['example.com'],
    filesystem: true,
    allowed_dirs: ['/a', { path: '/b', access: 'read-write' }],
    host_functions: true,
    allowed_host_functions: ['mine.lookup'],
  },
  metering: 'exact',
  asking: true,
  aggregate: 'sums',
};

describe('METADATA_SCHEMA', () => {
  const validate = ajv.compile(METADATA_SCHEMA);

  it.each([
    { title: 'every field', value: right, valid: true },
    { title: 'an unknown field', value: { ...right, later: 1 }, valid: true },
    { title: 'null for an optional field', value: { ...right, homepage: null }, valid: true },
    { title: 'null for a list', value: { ...right, capabilities: null }, valid: true },
    { title: 'null for a required field', value: { ...right, name: null }, valid: false },
    { title: 'null for a mode', value: { ...right, metering: null }, valid: true },
    { title: 'an unknown mode', value: { ...right, metering: 'fine' }, valid: false },
    { title: 'an unknown aggregate', value: { ...right, aggregate: 1 }, valid: false },
    { title: 'a list', value: [right], valid: false },
    { title: 'a string', value: 'metadata', valid: false },
    { title: 'a name that climbs', value: { ...right, name: 'a..b' }, valid: false },
    { title: 'a name with a slash too many', value: { ...right, name: 'a/b/c' }, valid: false },
    { title: 'a name with a line break', value: { ...right, name: 'a\n' }, valid: false },
    { title: 'a name of 128', value: { ...right, name: 'a'.repeat(128) }, valid: true },
    { title: 'a name of 129', value: { ...right, name: 'a'.repeat(129) }, valid: false },
    { title: 'a version with a "v"', value: { ...right, version: 'v1.0.0' }, valid: false },
    { title: 'a version with two parts', value: { ...right, api_version: '1.0' }, valid: false },
    { title: 'an unknown type', value: { ...right, plugin_type: 'judge' }, valid: false },
    { title: 'an unknown capability', value: { ...right, capabilities: ['x'] }, valid: false },
    { title: 'a number in a map', value: { ...right, custom: { a: 1 } }, valid: false },
    { title: 'a text of 4097', value: { ...right, license: 'x'.repeat(4097) }, valid: false },
    {
      title: '129 dependencies',
      value: {
        ...right,
        dependencies: Object.fromEntries(Array.from({ length: 129 }, (_, n) => [`d${n}`, '*'])),
      },
      valid: false,
    },
    {
      title: 'a directory with an access that there is not',
      value: { ...right, permissions: { allowed_dirs: [{ path: '/b', access: 'rw' }] } },
      valid: false,
    },
    { title: 'a flag as text', value: { ...right, permissions: { network: 'yes' } }, valid: false },
  ])('and parseMetadata() agree on $title', ({ value, valid }) => {
    expect({ schema: validate(value), parser: accepts(() => parseMetadata(value)) }).toEqual({
      schema: valid,
      parser: valid,
    });
  });

  it('and parseMetadata() agree on generated metadata', () => {
    const keys = Object.keys(right);
    fc.assert(
      fc.property(nearly(right, keys), (value) => {
        expect(validate(value)).toBe(accepts(() => parseMetadata(value)));
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts what encodeMetadata() writes, which parses to the same metadata', () => {
    const metadata = fc.record(
      {
        name: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/),
        version: fc.tuple(fc.nat(), fc.nat(), fc.nat()).map((parts) => parts.join('.')),
        description: fc.string({ unit: 'grapheme-ascii' }),
        author: fc.string({ unit: 'grapheme-ascii' }),
        pluginType: fc.constantFrom(...PLUGIN_TYPES),
        capabilities: fc.subarray([...CAPABILITIES]),
        apiVersion: fc.constant('1.0.0'),
        custom: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme-ascii' })),
        permissions: fc.record(
          {
            network: fc.boolean(),
            allowedDirs: fc.array(
              fc.oneof(
                fc.constant('/a'),
                fc.constantFrom(
                  { path: '/b', access: 'read-only' as const },
                  { path: '/b', access: 'read-write' as const },
                ),
              ),
              { maxLength: 3 },
            ),
            allowedHosts: fc.array(fc.domain(), { maxLength: 3 }),
            allowedHostFunctions: fc.array(fc.constant('mine.lookup'), { maxLength: 3 }),
          },
          { requiredKeys: [] },
        ),
      },
      {
        requiredKeys: [
          'name',
          'version',
          'description',
          'author',
          'pluginType',
          'capabilities',
          'apiVersion',
        ],
      },
    );
    fc.assert(
      fc.property(metadata, (value) => {
        const wire: unknown = JSON.parse(JSON.stringify(encodeMetadata(value)));
        expect(validate(wire)).toBe(true);
        // Through JSON too, so that both sides have plain prototypes.
        expect(JSON.stringify(parseMetadata(wire))).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe('OUTPUT_ENVELOPE_SCHEMA', () => {
  const validate = ajv.compile(OUTPUT_ENVELOPE_SCHEMA);

  it('and parseOutputEnvelope() agree on generated outputs', () => {
    const metadata = fc.oneof(leaf, fc.record({ metrics: leaf }));
    const output = fc.oneof(leaf, fc.record({ data: leaf, metadata }, { requiredKeys: [] }));
    fc.assert(
      fc.property(output, (value) => {
        expect(validate(value)).toBe(accepts(() => parseOutputEnvelope(value)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('INPUT_ENVELOPE_SCHEMA', () => {
  it('compiles, and asks for data', () => {
    const validate = ajv.compile(INPUT_ENVELOPE_SCHEMA);
    expect(validate({ data: null, context: { request_id: 'r', metadata: { k: 'v' } } })).toBe(true);
    expect(validate({ context: {} })).toBe(false);
    expect(validate({ data: 1, context: { metadata: { k: 1 } } })).toBe(false);
  });
});

describe('OUTPUT_DATA_SCHEMAS', () => {
  const rightData = {
    evaluator: { score: 1, confidence: 0.5, metrics: { a: 1 }, explanation: 'why' },
    provider: {
      text: 't',
      model: 'm',
      finish_reason: 'stop',
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    },
    transform: { any: 'thing' },
    filter: { items: [1, 2], dropped: [{ index: 2, reason: 'low' }] },
    custom: { any: 'thing' },
  };

  it.each(PLUGIN_TYPES)('and validateOutputData() agree on generated data of a %s', (type) => {
    const validate = ajv.compile(OUTPUT_DATA_SCHEMAS[type]);
    const sample = rightData[type];
    const data = fc.oneof(
      { weight: 9, arbitrary: nearly(sample, Object.keys(sample)) },
      { weight: 1, arbitrary: leaf },
    );
    fc.assert(
      fc.property(data, (value) => {
        expect(validate(value)).toBe(accepts(() => validateOutputData(type, value)));
      }),
      { numRuns: 1000 },
    );
    expect(validate(sample)).toBe(true);
  });
});
