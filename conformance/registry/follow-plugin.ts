import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DockerRegistry } from '@testbench/test-kit/docker-registry';

import { checkPublishedScores } from './published-scores.ts';
import { digestOf, insist, Scene, skopeo, step } from './scene.ts';
import { updateUnderLoad } from './update-under-load.ts';

const NAME = 'acme/exact-match';

/** How the registry is reached. */
export interface Reach {
  readonly ca?: string;
  readonly login?: { readonly username: string; readonly password: string };
}

interface LockedPlugin {
  readonly version: string;
  readonly digest: string;
  readonly module: string;
  readonly signers: readonly string[];
}

/** The whole path of a plugin, step by step. */
export async function followPlugin(
  registry: DockerRegistry,
  modules: ReadonlyMap<string, string>,
  title: string,
  reach: Reach,
): Promise<void> {
  console.log(`\n## A registry ${title}\n`);
  using scene = new Scene();
  const publisher = scene.project('publisher');
  const { host } = registry;
  const describe = (folder: string): void => describeRegistry(folder, host, reach);
  describe(publisher);
  const publish = async (version: string, key: string): Promise<string> =>
    (
      await scene.ok(
        publisher,
        'plugin',
        'publish',
        modules.get(version)!,
        '--name',
        NAME,
        '--key',
        key,
      )
    ).trim();

  await step('keys are made', async () => {
    for (const key of ['acme', 'mallory'])
      await scene.ok(publisher, 'plugin', 'keys', 'generate', key);
    return 'acme, mallory';
  });
  await step('1.0.0 is published and signed', () => publish('1.0.0', 'acme'));

  const user = scene.project('user');
  describe(user);
  const trust = (key: string): Promise<string> =>
    scene.ok(
      user,
      'plugin',
      'keys',
      'trust',
      scene.publicKeyOf(key),
      '--for',
      'acme/*',
      '--for',
      'sums',
    );
  const locked = (): LockedPlugin =>
    JSON.parse(readFileSync(join(user, 'testbench.lock'), 'utf8')).plugins[NAME];
  await step('it is installed by range in an empty project', async () => {
    await trust('acme');
    await scene.ok(user, 'plugin', 'install', `${NAME}@^1.0.0`);
    const { version, digest, signers } = locked();
    insist(version === '1.0.0', `the lockfile has ${version}`);
    insist(signers.length === 1, `it has ${signers.length} signers`);
    return `${NAME}@${version} ${digest}, signed by ${signers[0]}`;
  });
  await step('skopeo reads the same', async () => {
    const flags = skopeoFlags(reach, scene);
    const raw = skopeo('inspect', '--raw', ...flags('inspect'), `docker://${host}/${NAME}:1.0.0`);
    insist(digestOf(raw) === locked().digest, `skopeo's manifest has ${digestOf(raw)}`);
    const layout = scene.project('skopeo');
    const from = `docker://${host}/${NAME}@${locked().digest}`;
    skopeo(
      '--insecure-policy',
      'copy',
      '--preserve-digests',
      ...flags('copy'),
      from,
      `oci:${layout}:copy`,
    );
    const blob = readFileSync(join(layout, 'blobs/sha256', hexOf(locked().module)));
    insist(blob.equals(readFileSync(modules.get('1.0.0')!)), 'its module is another one');
    return `manifest ${locked().digest} and module ${digestOf(blob)}`;
  });

  await step('1.1.0 is published and signed', () => publish('1.1.0', 'acme'));
  await step('an update under load loses no call', () =>
    updateUnderLoad(user, registry.host, reach, NAME),
  );
  insist(locked().version === '1.1.0', `the lockfile has ${locked().version}`);

  await step('a blob that was changed in the registry is refused', async () => {
    const path = blobPath(registry.folder, locked().module);
    const before = readFileSync(path);
    const other = scene.project('other');
    describe(other);
    writeFileSync(
      join(other, 'testbench-trust.json'),
      readFileSync(join(user, 'testbench-trust.json')),
    );
    const changed = Buffer.from(before);
    changed[before.length >> 1]! ^= 1;
    writeFileSync(path, changed);
    try {
      const said = await scene.refused(
        other,
        'STORE_DIGEST_MISMATCH',
        'plugin',
        'install',
        `${NAME}@1.1.0`,
      );
      insist(!existsSync(join(other, 'testbench.lock')), 'there is a lockfile');
      const left = readdirSync(join(other, '.testbench/plugins'));
      insist(left.length === 0, `there is ${left.join()}`);
      return said;
    } finally {
      writeFileSync(path, before);
    }
  });
  await step('another signer is stopped, also one whom the rules trust', async () => {
    await publish('1.2.0', 'mallory');
    const before = readFileSync(join(user, 'testbench.lock'), 'utf8');
    const first = await scene.refused(user, 'INSTALL_UNTRUSTED', 'plugin', 'update');
    await trust('mallory');
    const second = await scene.refused(user, 'INSTALL_UNTRUSTED', 'plugin', 'update');
    const after = readFileSync(join(user, 'testbench.lock'), 'utf8');
    insist(before === after, 'the lockfile was changed');
    return `${first}\n${second}`;
  });
  await step('a rollback needs no registry', async () => {
    await registry[Symbol.asyncDispose]();
    await scene.ok(user, 'plugin', 'rollback', NAME);
    insist(locked().version === '1.0.0', `the lockfile has ${locked().version}`);
    const { module, version } = locked();
    const installed = readFileSync(join(user, '.testbench/plugins', `${hexOf(module)}.wasm`));
    insist(installed.equals(readFileSync(modules.get(version)!)), 'the module is another one');
    return `${NAME}@${version}, whose module is on this machine`;
  });
  await checkPublishedScores(scene, user, NAME);
}

/** Writes the project's registry settings. */
function describeRegistry(folder: string, host: string, { ca, login }: Reach): void {
  if (login !== undefined) {
    const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
    writeFileSync(join(folder, 'docker.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  }
  const ours = {
    location: `oci://${host}`,
    ...(ca !== undefined && { ca }),
    ...(login !== undefined && { credentials: 'docker.json' }),
  };
  const registries = { registries: { ours }, namespaces: { acme: 'ours' } };
  writeFileSync(join(folder, 'testbench.registries.json'), JSON.stringify(registries));
}

/** Its options for TLS and passwords differ in each command. */
function skopeoFlags(
  { ca, login }: Reach,
  scene: Scene,
): (command: 'inspect' | 'copy') => string[] {
  const certificates = scene.project('certificates');
  if (ca !== undefined) copyFileSync(ca, join(certificates, 'ca.crt'));
  return (command) => {
    const prefix = command === 'copy' ? '--src-' : '--';
    return [
      ...(ca === undefined ? [`${prefix}tls-verify=false`] : [`${prefix}cert-dir`, certificates]),
      ...(login === undefined ? [] : [`${prefix}creds`, `${login.username}:${login.password}`]),
    ];
  };
}

function blobPath(registry: string, digest: string): string {
  const found = execFileSync('find', [registry, '-path', `*${hexOf(digest)}/data`], {
    encoding: 'utf8',
  });
  const [path = ''] = found.trim().split('\n');
  insist(existsSync(path), `the registry has no file of ${digest}`);
  return path;
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
