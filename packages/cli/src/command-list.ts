import type { CommandDefinition } from './command-line/define-command.js';
import { ANALYTICS } from './definitions/analytics.js';
import { BASELINE } from './definitions/baseline.js';
import { BUILD } from './definitions/build.js';
import { CACHE } from './definitions/cache.js';
import { CALIBRATE } from './definitions/calibrate.js';
import { CALL } from './definitions/call.js';
import { COMPARE } from './definitions/compare.js';
import { COMPLETION } from './definitions/completion.js';
import { DEV } from './definitions/dev.js';
import { DOCTOR } from './definitions/doctor.js';
import { EMBED } from './definitions/embed.js';
import { EXPORT } from './definitions/export.js';
import { FAILURES } from './definitions/failures.js';
import { IMPORT } from './definitions/import.js';
import { INIT } from './definitions/init.js';
import { INSPECT } from './definitions/inspect.js';
import { LIST } from './definitions/list.js';
import { MERGE } from './definitions/merge.js';
import { NEW } from './definitions/new.js';
import { PLUGIN_ATTEST } from './definitions/plugin-attest.js';
import {
  PLUGIN_KEYS_GENERATE,
  PLUGIN_KEYS_LIST,
  PLUGIN_KEYS_REVOKE,
  PLUGIN_KEYS_TRUST,
} from './definitions/plugin-keys.js';
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
} from './definitions/plugin-project.js';
import { PLUGIN_SIGN } from './definitions/plugin-sign.js';
import { PLUGIN_VERIFY } from './definitions/plugin-verify.js';
import { POWER } from './definitions/power.js';
import { PULL } from './definitions/pull.js';
import { PUSH } from './definitions/push.js';
import { QUEUE_CANCEL, QUEUE_PAUSE, QUEUE_RESUME, QUEUE_STATUS } from './definitions/queue.js';
import { REPORT } from './definitions/report.js';
import { RESUME } from './definitions/resume.js';
import { RUN } from './definitions/run.js';
import { SCORE } from './definitions/score.js';
import { SERVE } from './definitions/serve.js';
import { SHOW } from './definitions/show.js';
import { STATUS } from './definitions/status.js';
import { STUDIO } from './definitions/studio.js';
import { SUMMARY } from './definitions/summary.js';
import { TEST } from './definitions/test.js';
import { VERIFY } from './definitions/verify.js';
import { VALIDATE } from './definitions/validate.js';
import { WORKER } from './definitions/worker.js';

/** Help texts for words that several commands begin with. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
  queue: 'show, pause, resume and cancel runs that a queue hands out',
  plugin: 'find, install, update, publish, sign, verify and attest plugins',
  'plugin keys': 'keys of your own, and those that you trust',
};

/** All commands, in the order of the help. */
export const COMMANDS = [
  RUN,
  RESUME,
  MERGE,
  WORKER,
  QUEUE_STATUS,
  QUEUE_PAUSE,
  QUEUE_RESUME,
  QUEUE_CANCEL,
  SCORE,
  IMPORT,
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
  ANALYTICS,
  EXPORT,
  REPORT,
  STUDIO,
  SERVE,
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
