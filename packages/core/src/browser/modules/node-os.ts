// For what the bundle leaves out; the build fails should it be left.
export { hostname } from 'node:os';

export function availableParallelism(): number {
  return navigator.hardwareConcurrency;
}
