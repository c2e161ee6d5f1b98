// Writes the JSON Schemas of configurations and rows next to the bundles, where editors, `init` and other programs find them.
import { writeFileSync } from 'node:fs';

import { benchmarkSchema } from '../dist/index.js';
import { resultRowSchema } from '../dist/results.js';

const schemas = {
  benchmark: benchmarkSchema(),
  'result-row': resultRowSchema(),
  'canonical-row': resultRowSchema('canonical'),
};
for (const [name, schema] of Object.entries(schemas)) {
  const file = new URL(`../dist/${name}.schema.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
}
