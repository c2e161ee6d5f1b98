/**
 * Which fields of its input a plugin reads, so that a host need not pass the others.
 *
 * @packageDocumentation
 */
export { handedData, isHanded } from './handed-data.js';
