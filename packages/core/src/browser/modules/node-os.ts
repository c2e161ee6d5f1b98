// Replaces what the bundle leaves out; the build fails if it remains.
export { hostname } from 'node:os';

export function availableParallelism(): number {
  return navigator.hardwareConcurrency;
}
