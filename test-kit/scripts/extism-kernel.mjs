// Assembles the kernel of Extism's protocol, and writes it as the TypeScript module that the runtime imports.
// Usage: node test-kit/scripts/extism-kernel.mjs     After each change of kernel.wat; a test compares the two.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import initWabt from 'wabt';

import { root } from '../../scripts/lib/workspace.mjs';

const folder = join(root, 'packages/runtime/src/protocols/extism');
const wabt = await initWabt();
const module = wabt.parseWat('kernel.wat', readFileSync(join(folder, 'kernel.wat'), 'utf8'), {});
module.validate();
const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
const lines = base64.match(/.{1,120}/g).map((line) => `  '${line}'`);
writeFileSync(
  join(folder, 'kernel-bytes.ts'),
  `/** \`kernel.wat\`, assembled by \`test-kit/scripts/extism-kernel.mjs\`. */\nexport const KERNEL_BASE64 =\n${lines.join(' +\n')};\n`,
);
