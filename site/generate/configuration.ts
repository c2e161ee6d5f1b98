import type { Page } from '../pages/page.ts';
import { loadSource } from './load-source.ts';
import { generatedPage } from './markdown.ts';
import { describeObject, type Schema } from './schema.ts';

const BENCHMARK = 'packages/bench/src/config/benchmark-schema.ts';
const TYPES = 'packages/types/src/schema/index.ts';

/** References of what is written as JSON or YAML, made from the published schemas. */
export async function configurationPages(root: string): Promise<Page[]> {
  const { benchmarkSchema } = await loadSource(root, BENCHMARK);
  const schemas = await loadSource(root, TYPES);
  return [
    generatedPage({
      address: 'reference/configuration',
      source: BENCHMARK,
      title: 'Configuration of a benchmark',
      description: 'Every key of testbench.yaml, with its values, its default and its meaning.',
      body: [
        'A benchmark is a file in YAML or JSON. Editors check it by the JSON Schema that `@testbench/bench` has as `dist/benchmark.schema.json`; this page is made from the same schema.',
        '',
        'Every number and switch may also be `${env:NAME}`, which is replaced by that variable of the environment. A key that is unknown is an error.',
        ...describeObject((benchmarkSchema as () => Schema)(), '', 2),
      ],
    }),
    generatedPage({
      address: 'reference/plugin-data',
      source: TYPES,
      title: 'Data of plugins',
      description:
        'The JSON that plugins exchange with their host, and their metadata, made from the published schemas.',
      body: [
        'What a plugin says about itself, and what goes into a call and comes out of it, by type. `@testbench/types/schemas` has the schemas that this page is made from. In YAML, JSON and on the wire, names are in snake case.',
        ...Object.entries(schemas).flatMap(([name, schema]) => schemaSection(name, schema)),
      ],
    }),
  ];
}

function schemaSection(name: string, schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const one = schema as Schema;
  if (one.properties !== undefined) {
    return ['', `## \`${name}\``, '', one.description ?? '', ...describeObject(one, '', 3)];
  }
  // A map of schemas by type of plugin.
  return Object.entries(schema as Record<string, unknown>).flatMap(([key, value]) => {
    return typeof value === 'object' ? schemaSection(`${name}.${key}`, value) : [];
  });
}
