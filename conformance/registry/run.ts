// The path of a plugin from its author to a published score, with the built command, against a real registry: Debian's
// docker-registry on loopback, without TLS, and with TLS and a password; skopeo is the second reader.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  createAuthority,
  hasCommand,
  startDockerRegistry,
} from '@testbench/test-kit/docker-registry';

import { followPlugin } from './follow-plugin.ts';
import { insist, Scene, step } from './scene.ts';

const NEEDED = ['docker-registry', 'skopeo', 'openssl', 'htpasswd'];
const missing = NEEDED.filter(
  (name) => !hasCommand(name, name === 'openssl' ? 'version' : '--version'),
);
const LOGIN = { username: 'ada', password: 'lovelace' };

async function check(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-authority-'));
  try {
    const authority = createAuthority(folder);
    using scene = new Scene();
    const modules = new Map<string, string>();
    await step('two versions are built, and one by somebody else', async () => {
      for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
        modules.set(version, await scene.build(version));
      }
      const sizes = [...modules.values()].map((path) => readFileSync(path).length);
      return `modules of ${sizes.join(', ')} bytes`;
    });
    {
      await using registry = await startDockerRegistry();
      await followPlugin(registry, modules, 'without TLS', {});
    }
    await using registry = await startDockerRegistry({ authority, login: LOGIN });
    const reach = { ca: authority.ca, login: LOGIN };
    await followPlugin(registry, modules, 'with TLS and a password', reach);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (missing.length > 0) {
  console.log(`skipped: ${missing.join(', ')} not installed`);
  insist(process.env['CI'] !== 'true' || !hasCommand('apt-get'), 'on Debian, CI installs them');
} else {
  const started = performance.now();
  await check();
  console.log(
    `\nEverything was as it should be, in ${Math.round((performance.now() - started) / 1000)} s`,
  );
}
