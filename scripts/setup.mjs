// Makes a fresh clone ready: installs the packages, then builds. Needs Node and npm, nothing else,
// and imports nothing that must be installed first.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import './lib/require-node.mjs';
import { run, runTool, tail } from './lib/run.mjs';
import { readJson, root, workspacePackages } from './lib/workspace.mjs';

const stampPath = join(root, 'node_modules', '.testbench-setup');
const unreachable =
  /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|META_FETCH_FAIL|TARBALL_FETCH|error sending request|dns error|network/i;

/** A set-up step failed; the message is for people and says what to do. */
export class SetUpError extends Error {}

/** For `setUp`: every package, including the documentation site, whose tools no test needs. */
export const EVERYTHING = 'everything';

/**
 * Installs and builds everything that is not up to date, and reports each step.
 *
 * @param job What comes after the set-up, for the list of steps.
 * @param target The workspace package to make ready, with all its dependencies, or `EVERYTHING`; without it, every
 *   package but the documentation site. Measurements and proofs need other engines and compilers, 700 MB, that most people never need.
 * @throws {SetUpError}
 */
export async function setUp(job, target) {
  const started = Date.now();
  const inputs = installInputs();
  const stamp = existsSync(stampPath) ? readFileSync(stampPath, 'utf8') : '';
  const wanted = target === undefined ? inputs : `${inputs} ${target}`;
  const enough = [wanted, `${inputs} ${EVERYTHING}`, ...(target === EVERYTHING ? [] : [inputs])];
  const filters = target === undefined || target === EVERYTHING ? [] : [`--filter=${target}...`];
  if (enough.includes(stamp)) {
    console.log('1/3 Packages are installed');
  } else {
    await install(installFilters(target, filters));
    writeFileSync(stampPath, wanted);
  }
  await build(filters);
  console.log(`3/3 ${job} (set-up took ${seconds(started)})\n`);
}

/** What to install: the root has the tools that build. */
function installFilters(target, filters) {
  if (target === EVERYTHING) return [];
  return target === undefined ? ['--filter=!@testbench/site'] : ['--filter=testbench', ...filters];
}

/** A hash of everything that determines the contents of an installation. */
function installInputs() {
  const hash = createHash('sha256');
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'package.json'];
  for (const { folder } of workspacePackages()) files.push(`${folder}/package.json`);
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

// pnpm waits up to a minute between two attempts; an unavailable registry should show sooner.
const patience = {
  pnpm_config_fetch_retries: '2',
  pnpm_config_fetch_retry_mintimeout: '2000',
  pnpm_config_fetch_retry_maxtimeout: '10000',
};

async function install(filters) {
  const manager = readJson(join(root, 'package.json')).packageManager;
  console.log(`1/3 Installing packages with ${manager} (the first time takes about a minute)`);
  let retrying = false;
  const command = ['exec', '--yes', '--', manager, 'install', '--frozen-lockfile', ...filters];
  const { code, output } = await npm([...command, '--reporter=append-only'], (line) => {
    if (/^(Progress|Packages:)/.test(line)) console.log(`    ${line}`);
    if (/^\[?WARN\]? GET/.test(line) && !retrying) {
      retrying = true;
      console.log('    The registry does not answer; trying again');
    }
  });
  if (code === 0) return;
  throw new SetUpError(
    `Cannot install packages: the last lines were\n\n${tail(output)}\n\n${cureOf(output)}`,
  );
}

function cureOf(output) {
  if (/OUTDATED_LOCKFILE/.test(output)) {
    return (
      'A package.json has changed without the lockfile. If you changed it, run `npx -y pnpm install` and\n' +
      'commit pnpm-lock.yaml with it; otherwise ask its author.'
    );
  }
  if (unreachable.test(output)) {
    return (
      'The package registry cannot be reached. Check the connection and the proxy settings; if you use\n' +
      'a mirror, name it with `npm config set registry <url>`. Then run the command again.'
    );
  }
  return 'If a file in node_modules is broken, delete the node_modules folders and run the command again.';
}

/** Runs npm, by the path that npm passes to its scripts: Windows cannot spawn the bare name. */
function npm(args, onLine) {
  const script = process.env.npm_execpath;
  const byPath = script !== undefined && /npm-cli\.[cm]?js$/.test(script);
  return byPath
    ? run(process.execPath, [script, ...args], { onLine, env: patience })
    : run('npm', args, { onLine, env: patience });
}

async function build(filters) {
  console.log('2/3 Building packages and plugins');
  // Grouped: the lines of a task are printed together when it has ended, so that each group shows progress.
  const args = ['run', 'build', '--output-logs=new-only', '--log-order=grouped', ...filters];
  const { code, output } = await runTool('turbo', args, {
    env: { TURBO_TELEMETRY_DISABLED: '1' },
    onLine: (line) => {
      const [, built] = /^(\S+):build: cache miss/.exec(line) || [];
      if (built !== undefined) console.log(`    built ${built}`);
      if (/^ *(Tasks|Cached|Time):/.test(line)) console.log(`    ${line.trim()}`);
    },
  });
  if (code === 0) return;
  throw new SetUpError(
    `Cannot build: the last lines were\n\n${tail(output, 40)}\n\n` +
      'If this is a fresh clone, please report it with these lines; else see what your change broke.',
  );
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** Runs a script's main function; a failed set-up ends it with a message instead of a stack trace. */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}
