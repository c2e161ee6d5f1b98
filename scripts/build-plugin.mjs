// Builds the plugin in the current folder with the library: the command line depends on packages that need built plugins.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.cwd(), 'package.json'));
const { buildPlugin } = await import(pathToFileURL(require.resolve('@testbench/sdk')).href);

try {
  const { metadata, size, gzipSize, warnings } = await buildPlugin();
  for (const { file, line, message } of warnings)
    console.error(`warning: ${file}:${line}: ${message}`);
  console.log(`${metadata.name} ${metadata.version}: ${size} bytes, ${gzipSize} compressed`);
} catch (error) {
  for (const { file, line, message } of error.diagnostics ?? []) {
    console.error(`${line === 0 ? file : `${file}:${line}`}: ${message}`);
  }
  console.error(error.code === undefined ? error : error.message);
  process.exitCode = 1;
}
