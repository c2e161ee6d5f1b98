import { parentPort } from 'node:worker_threads';

import { prepare, type PrepareCommand } from './prepare-module.js';

// Waits in its event loop: nothing of a plugin runs here, so there is nobody to answer meanwhile.
parentPort?.on('message', (command: PrepareCommand) => {
  const reply = prepare(command);
  const moved = reply.type === 'admitted' ? [reply.bytes.buffer] : [];
  if (reply.type === 'compiled') moved.push(reply.metered.buffer);
  parentPort?.postMessage(reply, moved);
});
