import { parentPort } from 'node:worker_threads';

import { prepare, type PrepareCommand } from './prepare-module.js';

// Waits in its event loop: no plugin code runs here, so nothing needs an answer meanwhile.
parentPort?.on('message', (command: PrepareCommand) => {
  const reply = prepare(command);
  const moved = reply.type === 'admitted' ? [reply.bytes.buffer] : [];
  if (reply.type === 'compiled') moved.push(reply.metered.buffer);
  parentPort?.postMessage(reply, moved);
});
