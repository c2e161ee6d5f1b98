import { choice, flag, requiredText, text, texts, wholeNumber } from '../command-line/flags.js';
import { REGISTRY_PLACE_FLAGS } from './registry.js';
import { TELEMETRY_FLAGS } from './telemetry.js';

const QUEUE =
  'Redis that has the work, such as redis://localhost:6379, or rediss:// with TLS; TESTBENCH_QUEUE_PASSWORD and TESTBENCH_QUEUE_USERNAME are taken where the address has none';
const QUEUE_CA = text('file', "authority of the queue's certificate, in PEM");
const SHARE =
  'folder that coordinator and workers see, or oci://host/name: plugins, data and results go through it';

/** Flags of `testbench run` that distribute the work. */
export const RUN_QUEUE_FLAGS = {
  queue: text('url', `hand the work to testbench worker: ${QUEUE}`),
  queueCa: QUEUE_CA,
  share: text('folder', `${SHARE} (with --queue)`),
  shardRecords: wholeNumber(
    1,
    'records that a worker takes at a time (with --queue; default: 1000)',
  ),
  tag: texts('tag', 'only workers with this tag (with --queue; repeatable)'),
  source: texts(
    'url',
    'workers take the data from <url>/sha256/<digest>, if that is granted to them, and not from the share (with --queue; repeatable)',
  ),
};

const PLACE = { queue: requiredText('url', QUEUE), queueCa: QUEUE_CA };

/** Flags of `testbench worker`. */
export const WORKER_FLAGS = {
  ...PLACE,
  share: requiredText('folder', SHARE),
  ...REGISTRY_PLACE_FLAGS,
  workDir: text('folder', 'where this worker keeps plugins and data (default: a temporary folder)'),
  concurrency: wholeNumber(1, 'shards at a time (default: 1)'),
  isolation: choice(
    ['thread', 'process'],
    'where plugins run (default: process, since anyone who reaches the queue can name a plugin)',
  ),
  tags: text('list', 'tags of this worker, with commas: runs that ask for others are left alone'),
  policy: text(
    'file',
    'what plugins are granted, by name and digest, and secrets (default: nothing)',
  ),
  allowPlugin: texts(
    'digest',
    'run only plugins of these digests, sha256:… (default: any, without more than the policy grants; repeatable)',
  ),
  allowSource: texts('url', 'where data may be taken from besides the share (repeatable)'),
  ...TELEMETRY_FLAGS,
  quiet: flag('errors alone'),
};

/** Flags of `testbench queue status`. */
export const QUEUE_STATUS_FLAGS = { ...PLACE, json: flag('print the state as JSON') };

/** Flags of `testbench queue pause`, `resume` and `cancel`. */
export const QUEUE_FLAGS = PLACE;
