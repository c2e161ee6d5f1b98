// Swaps a file and a link to a secret, as fast as it can, until it is killed.
import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2]!;
const target = join(root, 'data/now.txt');
const staged = join(root, 'data/next.txt');
const nobody = new Int32Array(new SharedArrayBuffer(4));
process.send?.('ready');
for (;;) {
  writeFileSync(staged, 'inside');
  renameSync(staged, target);
  // As long as a reader needs to check the file.
  Atomics.wait(nobody, 0, 0, Math.random());
  symlinkSync(join(root, 'secret.txt'), staged);
  renameSync(staged, target);
}
