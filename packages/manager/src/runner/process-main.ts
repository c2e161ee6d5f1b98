import { COMMAND_FD, REPLY_FD } from './process-fds.js';
import { serveGuestsOnPipes } from './serve-pipes.js';

await serveGuestsOnPipes(COMMAND_FD, REPLY_FD);
