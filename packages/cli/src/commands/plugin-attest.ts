import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { type AuthorTestReport, runAuthorTests } from '@testbench/sdk';
import { PREDICATES, signClaim, TrustError } from '@testbench/trust';

import { type AttestedPlugin, findAttested } from '../attest/attested-plugin.js';
import { describeUnfit } from '../attest/check-bundle.js';
import { describeTests } from '../attest/describe-tests.js';
import { type GivenPredicate, readPredicate } from '../attest/read-predicate.js';
import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { PLUGIN_ATTEST_FLAGS } from '../flags/plugin-attest.js';
import { allInputs } from '../golden-file.js';
import { readJsonArgument } from '../read-json-argument.js';
import { describePredicate } from '../render/describe-predicate.js';
import { escapeText } from '../render/escape-text.js';
import { renderFinding, renderGolden } from '../render/render-tests.js';
import { createStyle } from '../render/style.js';
import { writeJson } from '../render/write-json.js';
import { type NamedSigningKey, requireSigningKey } from '../signing-key.js';
import { UsageError } from '../usage-error.js';

type AttestFlags = CommandCall<typeof PLUGIN_ATTEST_FLAGS>['flags'];

/** Golden file of a project that names none. */
const GOLDEN_FILE = 'golden.jsonl';

/** `testbench plugin attest <project|file|reference>` */
export async function pluginAttestCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_ATTEST_FLAGS>): Promise<ExitCode> {
  const { predicate, predicateType } = flags;
  if (predicate === undefined && predicateType !== undefined) {
    throw new UsageError('--predicate-type is only for --predicate', 'plugin attest');
  }
  const given =
    predicate === undefined ? undefined : await readPredicate(io, predicate, predicateType);
  const plugin = await findAttested(io, args[0]!, flags);
  const signer = await requireSigningKey(io, flags, 'plugin attest');
  if (given !== undefined) {
    await signAndKeep(io, flags, plugin, signer, given);
    return ExitCode.ok;
  }
  const tests = await runTests(io, flags, plugin);
  const result = await describeTests(tests, plugin.module);
  await signAndKeep(io, flags, plugin, signer, {
    predicateType: PREDICATES.testResult,
    predicate: result,
  });
  return tests.passed ? ExitCode.ok : ExitCode.failure;
}

async function runTests(
  io: CliIo,
  flags: AttestFlags,
  { bytes, folder }: AttestedPlugin,
): Promise<AuthorTestReport> {
  const golden = await goldenFiles(io, flags, folder);
  if (golden.length === 0) {
    io.stderr.write(
      `${escapeText(`no golden file: there is no ${GOLDEN_FILE} in ${folder}, and --golden names none`)}\n`,
    );
  }
  const config = await readJsonArgument('plugin attest', 'config', flags.config ?? '{}', io.cwd);
  const inputs = await allInputs('plugin attest', flags.input, golden, io.cwd);
  const style = createStyle(io.stdout, io.env);
  const write = (text: string): void => {
    if (!flags.json) io.stdout.write(`${text}\n`);
  };
  return await runAuthorTests(bytes, {
    config,
    ...(inputs.length > 0 && { inputs }),
    golden,
    ...(flags.tolerance !== undefined && { tolerance: flags.tolerance }),
    onFinding: (finding) => write(renderFinding(finding, style)),
    onGolden: (report) => write(renderGolden(report, style)),
    signal: io.signal,
  });
}

async function goldenFiles(
  io: CliIo,
  { golden }: AttestFlags,
  folder: string,
): Promise<readonly string[]> {
  if (golden !== undefined) return golden.map((file) => resolve(io.cwd, file));
  const path = join(folder, GOLDEN_FILE);
  return (await stat(path).catch(() => undefined)) === undefined ? [] : [path];
}

async function signAndKeep(
  io: CliIo,
  { json }: AttestFlags,
  { artifact, module, keep }: AttestedPlugin,
  { name: label, key }: NamedSigningKey,
  { predicateType, predicate }: GivenPredicate,
): Promise<void> {
  io.signal.throwIfAborted();
  const bundle = signClaim({ artifact, digests: [module], predicateType, predicate }, key);
  const { name, version, digest } = artifact;
  // A bill of materials may exceed the size that verifiers accept.
  const unfit = describeUnfit(bundle, artifact);
  if (unfit !== undefined) {
    throw new TrustError('TRUST_UNREADABLE', `Cannot attest "${name}@${version}": ${unfit}`);
  }
  const place = await keep(bundle);
  if (json) {
    writeJson(io.stdout, {
      name,
      version,
      digest,
      module,
      key: key.id,
      place,
      predicateType,
      predicate,
    });
    return;
  }
  io.stdout.write(`${escapeText(`${name}@${version}`)} ${digest}\n`);
  const what = describePredicate(predicateType, predicate);
  io.stdout.write(
    `${escapeText(what)}\nsigned by ${escapeText(label)} (${key.id}), in ${escapeText(place)}\n`,
  );
}
