/** What the generated entry imports; not for authors. */
export { allocateBlock, copyToHost } from "./host/memory";
export { ConfigReader } from "./plugin/config";
export { execute, executeBatch, readInput, release, start, stop } from "./plugin/entry";
export { takeFailure } from "./plugin/failure";
