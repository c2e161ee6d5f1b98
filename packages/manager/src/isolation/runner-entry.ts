/** Location of a runner's code: next to this package's own code; tests build it from the sources first. */
export function runnerEntry(name: 'thread-main' | 'process-main' | 'prepare-main'): URL {
  const folder = import.meta.url.endsWith('.ts') ? '../../build/runner' : './runner';
  return new URL(`${folder}/${name}.js`, import.meta.url);
}
