// Rehearses a release: in a scratch clone it creates the versions from the changesets and publishes every package to a registry
// on loopback; then, in empty folders, a plugin is created, built and called as on a user's first day, with npm and with pnpm.
// Nothing leaves the machine except requests for other packages, to the registry configured in npm.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run, runTool, tail } from '../lib/run.mjs';
import { readJson, root, workspacePackages } from '../lib/workspace.mjs';

const outside = mkdtempSync(join(tmpdir(), 'testbench-release-'));
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);

const registry = await startRegistry(join(outside, 'registry'));
try {
  const clone = join(outside, 'clone');
  const versions = await publish(clone);
  for (const manager of ['npm', 'pnpm']) {
    await firstDay(manager, join(outside, manager), versions);
  }
} finally {
  await new Promise((resolve) => registry.server.close(resolve));
  rmSync(outside, { recursive: true });
}

/** Verdaccio with an empty storage, which knows only our packages. */
async function startRegistry(folder) {
  mkdirSync(folder);
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `storage: ./storage
uplinks: {}
packages:
  '@testbench/*': { access: $all, publish: $all }
web: { enable: false }
log: { type: stdout, format: pretty, level: error }
`,
  );
  const require = createRequire(join(root, 'tests/package.json'));
  const app = await require('verdaccio').runServer(config);
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  const address = `127.0.0.1:${server.address().port}/`;
  return {
    server,
    npmrc: `@testbench:registry=http://${address}\n`,
    // Anyone may publish there, but npm and pnpm require a login.
    token: `//${address}:_authToken=rehearsal\n`,
  };
}

/** @returns The released version of each package. */
async function publish(clone) {
  await must('clone', run('git', ['clone', '--quiet', '--no-hardlinks', root, clone]));
  const install = ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts'];
  await must('install', runTool('pnpm', install, { cwd: clone }));
  await must('changeset version', runTool('changeset', ['version'], { cwd: clone }));
  const versions = new Map();
  for (const { folder } of published) {
    const { name, version } = readJson(join(clone, folder, 'package.json'));
    if (!existsSync(join(clone, folder, 'CHANGELOG.md'))) fail(`${name} has no CHANGELOG.md`);
    versions.set(name, version);
    // Made from the same sources.
    const built = join(root, folder, 'dist');
    if (existsSync(built)) cpSync(built, join(clone, folder, 'dist'), { recursive: true });
  }
  appendFileSync(join(clone, '.npmrc'), registry.npmrc + registry.token);
  const author = ['-c', 'user.name=release', '-c', 'user.email=release@localhost'];
  const commit = [...author, 'commit', '--all', '--quiet', '--message', 'Version packages'];
  await must('commit', run('git', commit, { cwd: clone }));
  const publishing = runTool('changeset', ['publish', '--no-git-tag'], { cwd: clone });
  const output = await must('changeset publish', publishing);
  for (const [name, version] of versions) {
    if (!output.includes(`${name}@${version}`)) fail(`${name}@${version} was not published`);
  }
  return versions;
}

/** The steps of a new user, with the commands of the package manager. */
async function firstDay(manager, empty, versions) {
  mkdirSync(empty);
  writeFileSync(join(empty, '.npmrc'), registry.npmrc);
  const dashes = manager === 'npm' ? ' --' : '';
  // The packages that npm fetched for the previous release have the same name and version; and no one is there to confirm.
  const env = { npm_config_cache: join(empty, '.npm'), npm_config_yes: 'true' };
  const create = `${manager} create @testbench/plugin first${dashes} --type evaluator`;
  await shell(create, empty, env);
  const project = join(empty, 'first');
  cpSync(join(empty, '.npmrc'), join(project, '.npmrc'));
  await shell(`${manager} install`, project);
  const { devDependencies } = readJson(join(project, 'package.json'));
  for (const [name, range] of Object.entries(devDependencies)) {
    const { version } = readJson(join(project, 'node_modules', name, 'package.json'));
    if (version !== versions.get(name) || range !== `^${version}`) {
      fail(`${manager} installed ${name}@${version} for ${range}, not ${versions.get(name)}`);
    }
  }
  await shell(`${manager} test`, project);
  const testbench = manager === 'npm' ? 'npx testbench' : 'pnpm exec testbench';
  const input = '{"output": "Paris lies on the Seine", "expected": ["Paris", "Seine"]}';
  const answer = await shell(`${testbench} call build/first.wasm --input '${input}'`, project);
  if (!answer.includes('"score": 1')) fail(`the plugin answered\n${tail(answer)}`);
}

/** Prints the current step and how long it took. */
async function shell(command, cwd, env = {}) {
  const started = Date.now();
  const output = await must(command, run('sh', ['-c', command], { cwd, env, timeoutMs: 300_000 }));
  console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${command}`);
  return output;
}

async function must(label, running) {
  const { code, output } = await running;
  if (code !== 0) fail(`"${label}" ended with ${code}\n${tail(output)}`);
  return output;
}

function fail(state) {
  throw new Error(`Cannot rehearse the release: ${state}`);
}
