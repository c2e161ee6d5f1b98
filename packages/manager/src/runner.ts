/**
 * The runner's side of an isolation: for running guests in your own environment.
 *
 * @packageDocumentation
 */
export { encodeFrame } from './runner/frames.js';
export type { HostLink } from './runner/messages.js';
export { readFrames } from './runner/read-frames.js';
export { serveGuests } from './runner/serve-guests.js';
export { serveGuestsOnPipes } from './runner/serve-pipes.js';
