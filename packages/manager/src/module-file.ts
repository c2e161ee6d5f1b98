/**
 * Reads modules of plugins, and nothing else: for a program that starts quickly.
 *
 * @packageDocumentation
 */
export { readModuleFile } from './load/read-module-file.js';
