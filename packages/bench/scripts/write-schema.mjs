// Writes the JSON Schema of configurations beside the bundle, where editors and `init` find it.
import { writeFileSync } from 'node:fs';

import { benchmarkSchema } from '../dist/index.js';

const file = new URL('../dist/benchmark.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(benchmarkSchema(), undefined, 2)}\n`);
