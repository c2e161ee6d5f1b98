import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';

import type { FindPlugin } from '@testbench/bench';
import { type RunVerification, verifyRun } from '@testbench/bench/attest';
import { createVerifier, parseTrustRules, type VerifierOptions } from '@testbench/trust';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { VERIFY_FLAGS } from '../flags/verify.js';
import { openRun } from '../open-run.js';
import { listLocked } from '../plugin-project.js';
import { findAsNeeded } from '../project-plugins.js';
import { readRegistrySettings } from '../registry-settings.js';
import { readOciReference } from '../registry-store.js';
import { ProgressBar } from '../render/progress-bar.js';
import { renderRunVerification } from '../render/render-run-verification.js';
import { createStyle } from '../render/style.js';
import { writeJson } from '../render/write-json.js';
import { readNamed, readTrust, withRoot } from '../trust-files.js';

/** `testbench verify <run|reference>` */
export async function verifyCommand({
  io,
  flags,
  args,
}: CommandCall<typeof VERIFY_FLAGS>): Promise<ExitCode> {
  const [what = ''] = args;
  const reference = what.startsWith('oci://') ? readOciReference(what, 'verify') : undefined;
  const verifier = createVerifier(await trustOf(io, flags));
  const findPlugin = await findKnown(io, flags, reference?.host);
  const installed = (await listLocked(io.cwd))
    .map(({ path }) => path)
    .filter((path) => existsSync(path));
  const named = (paths: readonly string[] = []): string[] =>
    paths.map((path) => resolve(io.cwd, path));
  await using run = await openRun(io, flags, what, reference);
  const bar = new ProgressBar(io.stderr, createStyle(io.stderr, io.env), basename(run.folder));
  let found: RunVerification;
  try {
    found = await verifyRun(run.folder, {
      verifier,
      findPlugin,
      bundles: run.bundles,
      ...(flags.dataset !== undefined && { dataset: named(flags.dataset) }),
      modules: [...named(flags.plugin), ...installed],
      signal: io.signal,
      ...(flags.quiet || flags.json ? {} : { onProgress: (progress) => bar.update(progress) }),
    });
  } finally {
    bar.clear();
  }
  const style = createStyle(io.stdout, io.env);
  if (flags.json) writeJson(io.stdout, { ...run.origin, ...found });
  else io.stdout.write(`${[...run.lines, renderRunVerification(found, style)].join('\n')}\n`);
  return found.verified ? ExitCode.ok : ExitCode.failure;
}

/** The run may be untrusted: only registries of the project and the run's own registry are contacted. */
async function findKnown(
  io: CliIo,
  flags: CommandCall<typeof VERIFY_FLAGS>['flags'],
  host: string | undefined,
): Promise<FindPlugin> {
  const named = host === undefined ? [] : [host];
  const { registries } = await readRegistrySettings(io, flags, named);
  const hosts = [...registries.values()].flatMap((place) => ('host' in place ? [place.host] : []));
  const locked = (await listLocked(io.cwd)).map(({ registry }) => registry);
  return findAsNeeded(io, flags, new Set([...hosts, ...locked, ...named]));
}

async function trustOf(
  io: CliIo,
  flags: CommandCall<typeof VERIFY_FLAGS>['flags'],
): Promise<VerifierOptions> {
  const { key } = flags;
  if (key === undefined) return await readTrust(io, flags);
  const publicKey = new TextDecoder().decode(await readNamed(io, key, 'public key'));
  const rules = parseTrustRules({
    keys: { key: { publicKey } },
    names: [{ name: '*', signers: ['key'] }],
  });
  return await withRoot(io, flags, rules);
}
