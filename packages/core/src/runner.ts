/**
 * The runner's side of a custom isolation: what runs where your `start` starts it.
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
