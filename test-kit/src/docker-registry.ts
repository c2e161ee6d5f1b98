import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './free-port.ts';

/** How Debian's registry is started. */
export interface DockerRegistryOptions {
  /** Serves TLS with a certificate of this private authority. @default plain HTTP */
  readonly authority?: TestAuthority;
  /** Name and password that it requires. @default none */
  readonly login?: { readonly username: string; readonly password: string };
  /** Tokens that it requires, from a service whose certificate it trusts. @default none */
  readonly token?: {
    readonly realm: string;
    readonly service: string;
    readonly issuer: string;
    readonly certificate: string;
  };
}

/** Debian's registry, which runs until it is disposed of. */
export interface DockerRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Folder with its files. */
  readonly folder: string;
}

/** A private authority, and a certificate from it for 127.0.0.1: paths of PEM files. */
export interface TestAuthority {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** True if a command is installed. */
export function hasCommand(name: string, probe = '--version'): boolean {
  return spawnSync(name, [probe], { stdio: 'ignore' }).error === undefined;
}

/** Makes a private authority with `openssl`. */
export function createAuthority(folder: string): TestAuthority {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
  );
  openssl(
    'req',
    ...newKey,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=127.0.0.1',
  );
  writeFileSync(at('san.ext'), 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'san.ext',
    '-out',
    'server.pem',
  );
  return { ca: at('ca.pem'), certificate: at('server.pem'), key: at('server.key') };
}

/** Starts `docker-registry` on loopback, with its files in a separate folder. */
export async function startDockerRegistry({
  authority,
  login,
  token,
}: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-registry-'));
  const port = await freePort();
  const auth: Record<string, unknown> = {};
  if (login !== undefined) {
    const { username, password } = login;
    const line = execFileSync('htpasswd', ['-Bbn', '-C', '4', username, password]);
    writeFileSync(join(folder, 'htpasswd'), line);
    auth['htpasswd'] = { realm: 'test', path: join(folder, 'htpasswd') };
  }
  if (token !== undefined) {
    const { certificate, ...rest } = token;
    auth['token'] = { ...rest, rootcertbundle: certificate };
  }
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'files') }, delete: { enabled: true } },
    ...(Object.keys(auth).length === 0 ? {} : { auth }),
    http: {
      addr: `127.0.0.1:${port}`,
      ...(authority === undefined
        ? {}
        : { tls: { certificate: authority.certificate, key: authority.key } }),
    },
  };
  // JSON is YAML too.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  });
  let errors = '';
  child.stderr.on('data', (part: Buffer) => (errors += String(part)));
  const exited = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (child.exitCode !== null || tries > 400) throw new Error(`docker-registry: ${errors}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    host: `127.0.0.1:${port}`,
    folder,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** True if something speaks HTTP there, with TLS or without. */
async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const asked = request({ port, host: '127.0.0.1', path: '/' }, (response) => {
      response.resume();
      resolve(true);
    });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
    asked.end();
  });
}
