import type { CommandDefinition } from './command-line/define-command.js';
import { BASELINE } from './routes/baseline.js';
import { BUILD } from './routes/build.js';
import { CACHE } from './routes/cache.js';
import { CALIBRATE } from './routes/calibrate.js';
import { CALL } from './routes/call.js';
import { COMPARE } from './routes/compare.js';
import { COMPLETION } from './routes/completion.js';
import { DEV } from './routes/dev.js';
import { DOCTOR } from './routes/doctor.js';
import { EMBED } from './routes/embed.js';
import { EXPORT } from './routes/export.js';
import { FAILURES } from './routes/failures.js';
import { INIT } from './routes/init.js';
import { INSPECT } from './routes/inspect.js';
import { LIST } from './routes/list.js';
import { NEW } from './routes/new.js';
import { PLUGIN_ATTEST } from './routes/plugin-attest.js';
import {
  PLUGIN_KEYS_GENERATE,
  PLUGIN_KEYS_LIST,
  PLUGIN_KEYS_REVOKE,
  PLUGIN_KEYS_TRUST,
} from './routes/plugin-keys.js';
import {
  PLUGIN_INFO,
  PLUGIN_INSTALL,
  PLUGIN_LIST,
  PLUGIN_OUTDATED,
  PLUGIN_PIN,
  PLUGIN_PUBLISH,
  PLUGIN_ROLLBACK,
  PLUGIN_SEARCH,
  PLUGIN_UNINSTALL,
  PLUGIN_UPDATE,
} from './routes/plugin-project.js';
import { PLUGIN_SIGN } from './routes/plugin-sign.js';
import { PLUGIN_VERIFY } from './routes/plugin-verify.js';
import { POWER } from './routes/power.js';
import { PULL } from './routes/pull.js';
import { PUSH } from './routes/push.js';
import { REPORT } from './routes/report.js';
import { RESUME } from './routes/resume.js';
import { RUN } from './routes/run.js';
import { SCORE } from './routes/score.js';
import { SHOW } from './routes/show.js';
import { STATUS } from './routes/status.js';
import { SUMMARY } from './routes/summary.js';
import { TEST } from './routes/test.js';
import { VERIFY } from './routes/verify.js';
import { VALIDATE } from './routes/validate.js';

/** What stands in help for words that several commands begin with. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
  plugin: 'find, install, update, publish, sign, verify and attest plugins',
  'plugin keys': 'keys of your own, and those that you trust',
};

/** All commands, in the order in which help shows them. */
export const COMMANDS = [
  RUN,
  RESUME,
  SCORE,
  INIT,
  LIST,
  STATUS,
  SUMMARY,
  COMPARE,
  BASELINE,
  POWER,
  CALIBRATE,
  SHOW,
  FAILURES,
  EXPORT,
  REPORT,
  VERIFY,
  PUSH,
  PULL,
  CACHE,
  INSPECT,
  CALL,
  NEW,
  DEV,
  BUILD,
  VALIDATE,
  TEST,
  EMBED,
  PLUGIN_SEARCH,
  PLUGIN_INFO,
  PLUGIN_INSTALL,
  PLUGIN_UNINSTALL,
  PLUGIN_LIST,
  PLUGIN_OUTDATED,
  PLUGIN_UPDATE,
  PLUGIN_PIN,
  PLUGIN_ROLLBACK,
  PLUGIN_PUBLISH,
  PLUGIN_SIGN,
  PLUGIN_VERIFY,
  PLUGIN_ATTEST,
  PLUGIN_KEYS_GENERATE,
  PLUGIN_KEYS_LIST,
  PLUGIN_KEYS_TRUST,
  PLUGIN_KEYS_REVOKE,
  DOCTOR,
  COMPLETION,
] as unknown as readonly CommandDefinition[];
