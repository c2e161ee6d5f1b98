/**
 * The runner's side of an isolation of your own: what runs where your `start` starts it.
 *
 * @packageDocumentation
 */
export {
  encodeFrame,
  type HostLink,
  readFrames,
  serveGuests,
  serveGuestsOnPipes,
} from '@testbench/manager/runner';
