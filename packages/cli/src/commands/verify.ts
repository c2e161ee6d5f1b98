import { basename, resolve } from 'node:path';

import { type RowDifference, type RunVerification, verifyRun } from '@testbench/bench/attest';
import { formatCount } from '@testbench/report/terminal';
import { createVerifier, parseTrustRules, type TrustRules } from '@testbench/trust';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { VERIFY_FLAGS } from '../flags/verify.js';
import { escapeText } from '../render/escape-text.js';
import { listLocked } from '../plugin-project.js';
import { findAsNeeded } from '../project-plugins.js';
import { readRegistrySettings } from '../registry-settings.js';
import { ProgressBar } from '../render/progress-bar.js';
import { renderVerification } from '../render/render-verification.js';
import { createStyle, type Style } from '../render/style.js';
import { writeJson } from '../render/write-json.js';
import { readNamed, readRoot, readRules } from '../trust-files.js';

/** Differences that are shown one by one. */
const SHOWN = 20;

/** `testbench verify <run>` */
export async function verifyCommand({
  io,
  flags,
  args,
}: CommandCall<typeof VERIFY_FLAGS>): Promise<ExitCode> {
  const folder = resolve(io.cwd, args[0]!);
  const trustedRoot = await readRoot(io, flags.trustedRoot);
  const rules = await rulesOf(io, flags);
  const verifier = createVerifier({ rules, ...(trustedRoot === undefined ? {} : { trustedRoot }) });
  // The run may be a stranger's: registries are asked that the project knows, and no others.
  const { registries } = await readRegistrySettings(io, flags);
  const hosts = [...registries.values()].flatMap((place) => ('host' in place ? [place.host] : []));
  const locked = (await listLocked(io.cwd)).map(({ registry }) => registry);
  const findPlugin = findAsNeeded(io, flags, new Set([...hosts, ...locked]));
  const bar = new ProgressBar(io.stderr, createStyle(io.stderr, io.env), basename(folder));
  let found: RunVerification;
  try {
    found = await verifyRun(folder, {
      verifier,
      findPlugin,
      signal: io.signal,
      ...(flags.quiet || flags.json ? {} : { onProgress: (progress) => bar.update(progress) }),
    });
  } finally {
    bar.clear();
  }
  if (flags.json) writeJson(io.stdout, found);
  else io.stdout.write(`${render(found, createStyle(io.stdout, io.env))}\n`);
  return found.verified ? ExitCode.ok : ExitCode.failure;
}

async function rulesOf(
  io: CliIo,
  { key, rules }: CommandCall<typeof VERIFY_FLAGS>['flags'],
): Promise<TrustRules> {
  if (key === undefined) return parseTrustRules((await readRules(io, rules)) ?? {});
  const publicKey = new TextDecoder().decode(await readNamed(io, key, 'public key'));
  return parseTrustRules({
    keys: { key: { publicKey } },
    names: [{ name: '*', signers: ['key'] }],
  });
}

function render(found: RunVerification, style: Style): string {
  const { claim, signature, runAgain, rows, rowsWithoutAnswer, differenceCount } = found;
  const lines = [
    `${style.bold(escapeText(`${claim.artifact.name}@${claim.artifact.version}`))} ${claim.artifact.digest}`,
    ...(signature === undefined ? [] : [renderVerification(signature, style)]),
    ...found.claimDifferences.map(({ what }) =>
      style.red(`the signed statement has another ${what} than the run`),
    ),
  ];
  if (runAgain.length > 0) {
    const what = found.fuelCompared ? 'scores and fuel' : 'scores';
    const names = escapeText(runAgain.join(', '));
    const state =
      differenceCount === 0
        ? style.green('are the same')
        : style.red(`differ in ${formatCount(differenceCount)} places`);
    lines.push(`${names} again over ${formatCount(rows)} answers: ${what} ${state}`);
  }
  if (!found.fuelCompared)
    lines.push('fuel was not compared: another version of Testbench counted it');
  if (rowsWithoutAnswer > 0)
    lines.push(`${formatCount(rowsWithoutAnswer)} rows have no answer that could be scored`);
  lines.push(...found.differences.slice(0, SHOWN).map((difference) => `  ${describe(difference)}`));
  if (differenceCount > SHOWN) lines.push(`  and ${formatCount(differenceCount - SHOWN)} more`);
  lines.push(
    ...found.notRunAgain.map(({ evaluator, reason }) =>
      escapeText(`not run again: ${evaluator}, since ${reason}`),
    ),
  );
  lines.push(found.verified ? style.green('verified') : style.red('not verified'));
  return lines.join('\n');
}

function describe({
  index,
  id,
  line,
  prompt,
  model,
  epoch,
  evaluator,
  what,
  recorded,
  found,
}: RowDifference): string {
  const record = id === undefined ? `record ${index}` : `record ${index} (${JSON.stringify(id)})`;
  const place = [
    record,
    ...(line === undefined ? [] : [`line ${line}`]),
    `model ${model}`,
    `prompt ${prompt}`,
    `epoch ${epoch}`,
  ];
  const values = `${what} is ${show(recorded)} in the run, and comes out as ${show(found)}`;
  return escapeText(`${place.join(', ')}: ${evaluator}: ${values}`);
}

function show(value: unknown): string {
  const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? 'missing');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
