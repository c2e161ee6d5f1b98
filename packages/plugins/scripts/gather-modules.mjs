// Copies the built modules of example-plugins here, and writes the manifest that describes them. None of this is committed.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const target = join(folder, 'build');
const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

rmSync(target, { recursive: true, force: true });
mkdirSync(target);
const plugins = Object.keys(devDependencies)
  .filter((name) => name.startsWith('@testbench/plugin-'))
  .map((name) => gather(join(folder, 'node_modules', name)))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
/** Made from scripts of `@testbench/script` when they are used: a module that holds an interpreter takes up to 16 MB. */
const scripts = [
  {
    name: 'run-code',
    version: '1.0.0',
    type: 'evaluator',
    description: 'Runs code that a model wrote against the tests of its record',
    languages: ['python', 'javascript'],
  },
];
const manifest = { formatVersion: 1, plugins, scripts };
writeFileSync(join(target, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
process.stdout.write(`${plugins.length} plugins\n`);

function gather(source) {
  const build = join(source, 'build');
  const files = readdirSync(build).filter((file) => file.endsWith('.wasm'));
  if (files.length !== 1)
    throw new Error(`Cannot gather ${source}: it has ${files.length} modules`);
  const [file] = files;
  const bytes = readFileSync(join(build, file));
  const [section] = WebAssembly.Module.customSections(
    new WebAssembly.Module(bytes),
    'testbench.plugin',
  );
  if (section === undefined) throw new Error(`Cannot gather ${source}: it has no metadata`);
  const metadata = JSON.parse(new TextDecoder().decode(section));
  if (`${metadata.name}.wasm` !== file) {
    throw new Error(`Cannot gather ${source}: ${file} calls itself ${metadata.name}`);
  }
  writeFileSync(join(target, file), bytes);
  return {
    name: metadata.name,
    version: metadata.version,
    type: metadata.plugin_type,
    description: metadata.description,
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    file,
  };
}
