import type { CommandDefinition } from './command-line/define-command.js';
import { BUILD } from './routes/build.js';
import { CALL } from './routes/call.js';
import { COMPLETION } from './routes/completion.js';
import { DOCTOR } from './routes/doctor.js';
import { EMBED } from './routes/embed.js';
import { INSPECT } from './routes/inspect.js';
import { NEW } from './routes/new.js';
import { RUN } from './routes/run.js';
import { TEST } from './routes/test.js';
import { VALIDATE } from './routes/validate.js';

/** All commands, in the order in which help shows them. */
export const COMMANDS = [
  RUN,
  INSPECT,
  CALL,
  NEW,
  BUILD,
  VALIDATE,
  TEST,
  EMBED,
  DOCTOR,
  COMPLETION,
] as unknown as readonly CommandDefinition[];
