/**
 * Activity of the plugins of a host, kept in files on this machine: calls, errors, fuel, time and memory by module. Nothing is sent.
 *
 * @packageDocumentation
 */
export {
  HOST_RECORD_FILE,
  HOST_RECORD_VERSION,
  type HostPlugin,
  type HostRecord,
} from './host-record.js';
export {
  type HostRecorder,
  type ObservedSystem,
  recordHost,
  type RecordHostOptions,
} from './record-host.js';
export { MAX_HOST_RECORD_BYTES, MAX_HOST_RECORDS } from './limits.js';
