import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { root } from './workspace.mjs';

const bin = join(root, 'node_modules', '.bin');

/** The pinned Node if it is installed, otherwise the one that runs this script. */
export function pinnedNode() {
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
  return existsSync(pinned) ? pinned : process.execPath;
}

/**
 * The environment for a child: the workspace's tools come first on the path, and the variables that npm sets for
 * its own children are removed, because another package manager would read them as its configuration.
 */
function childEnv() {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(lifecycle|package)_/i.test(name) &&
      !/^npm_config_(user_agent|local_prefix|global_prefix|prefix|init_module|node_gyp|npm_version)$/i.test(
        name,
      ),
  );
  const env = Object.fromEntries(kept);
  env.PATH = `${bin}${delimiter}${process.env.PATH || ''}`;
  return env;
}

/**
 * Runs a command to its end.
 *
 * @param options.onLine Receives each line of the output as it arrives; the output is then not shown.
 * @param options.show Gives the child this terminal instead.
 * @param options.timeoutMs Ends the child after this time.
 * @returns The exit code (1 if a signal ended it) and all output, empty when shown.
 */
export function run(command, args, options = {}) {
  const { onLine, show = false, cwd = root, env = {}, timeoutMs = 0 } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...childEnv(), ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      shell: process.platform === 'win32',
    });
    let output = '';
    let rest = '';
    const onData = (data) => {
      output += data;
      const lines = (rest + data).split(/\r?\n/);
      rest = lines.pop();
      if (onLine !== undefined) lines.forEach((line) => onLine(line));
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) stream.setEncoding('utf8').on('data', onData);
    }
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code === null ? 1 : code, output }));
  });
}

/** Runs one of the workspace's tools on the pinned Node; the same options as {@link run}. */
export function runTool(name, args, options) {
  return run(join(bin, name), args, options);
}

/** The last lines of an output, indented, for a failure message. */
export function tail(output, count = 25) {
  const lines = output.trimEnd().split('\n').slice(-count);
  return lines.map((line) => `    ${line}`).join('\n');
}
