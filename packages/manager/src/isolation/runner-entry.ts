/** Where the code of a runner lies: beside this package's own code, which in tests is run from its sources. */
export function runnerEntry(name: 'thread-main' | 'process-main' | 'prepare-main'): URL {
  const folder = import.meta.url.endsWith('.ts') ? '../../dist/runner' : './runner';
  return new URL(`${folder}/${name}.js`, import.meta.url);
}
