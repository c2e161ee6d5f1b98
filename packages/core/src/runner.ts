/**
 * The runner's side of a custom isolation: the code that your `start` starts.
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
