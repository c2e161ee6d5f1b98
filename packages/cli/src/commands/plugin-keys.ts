import { basename, join, resolve } from 'node:path';

import { renderTable } from '@testbench/report/terminal';
import {
  type NewSigner,
  parseTrustRules,
  readPublicKey,
  revokeSigner,
  type TrustRulesInput,
  trustSigner,
} from '@testbench/trust';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type {
  KEYS_GENERATE_FLAGS,
  KEYS_LIST_FLAGS,
  KEYS_REVOKE_FLAGS,
  KEYS_TRUST_FLAGS,
} from '../flags/plugin-keys.js';
import { readPassphrase } from '../read-passphrase.js';
import { escapeText } from '../render/escape-text.js';
import { createStyle } from '../render/style.js';
import { writeJson } from '../render/write-json.js';
import {
  keysFolder,
  openKeys,
  readOptional,
  readRules,
  rulesFile,
  writeRules,
} from '../trust-files.js';

/** `testbench plugin keys generate <name>` */
export async function generateCommand({
  io,
  flags,
  args,
}: CommandCall<typeof KEYS_GENERATE_FLAGS>): Promise<ExitCode> {
  const name = args[0]!;
  const keys = openKeys(io, flags.keysDir);
  const passphrase = await readPassphrase(io, name, true);
  const key = await keys.generate(name, flags.algorithm ?? 'ecdsa-p256', passphrase);
  const path = join(keysFolder(io, flags.keysDir), `${name}.pub.pem`);
  if (flags.json) {
    writeJson(io.stdout, { ...key, path });
    return ExitCode.ok;
  }
  io.stdout.write(`${key.algorithm} key ${key.id}\n`);
  io.stdout.write(`Share ${escapeText(path)}; keep the file next to it secret\n`);
  return ExitCode.ok;
}

/** `testbench plugin keys list` */
export async function listCommand({
  io,
  flags,
}: CommandCall<typeof KEYS_LIST_FLAGS>): Promise<ExitCode> {
  const own = await openKeys(io, flags.keysDir).list();
  const input = (await readRules(io, flags.rules)) ?? {};
  if (flags.json) {
    writeJson(io.stdout, { keys: own, rules: input });
    return ExitCode.ok;
  }
  const style = createStyle(io.stdout, io.env);
  const rules = parseTrustRules(input);
  const rows = [
    ...own.map(({ name, algorithm, id }) => [name, 'yours', algorithm, id]),
    ...rules.keys.map(({ label, algorithm, id, revoked }) => [
      label,
      revoked === undefined ? namesOf(input, label) : `revoked: ${revoked}`,
      algorithm,
      id,
    ]),
    ...rules.identities.map(({ label, subject, issuer, revoked }) => [
      label,
      revoked === undefined ? namesOf(input, label) : `revoked: ${revoked}`,
      'identity',
      `${subject} (${issuer})`,
    ]),
  ];
  if (rows.length === 0) {
    io.stdout.write('No keys. Create one with testbench plugin keys generate <name>\n');
    return ExitCode.ok;
  }
  const columns = ['name', 'for', 'kind', 'id'].map((title) => ({ title }));
  io.stdout.write(
    `${renderTable(
      columns,
      rows.map((row) => row.map((text) => ({ text: escapeText(text) }))),
      style.bold,
    )}
`,
  );
  return ExitCode.ok;
}

/** `testbench plugin keys trust <key> --for <name>` */
export async function trustCommand({
  io,
  flags,
  args,
}: CommandCall<typeof KEYS_TRUST_FLAGS>): Promise<ExitCode> {
  const before = (await readRules(io, flags.rules, { mayBeMissing: true })) ?? {};
  const added = await readSigner(io, args[0]!, flags);
  await writeRules(io, flags.rules, trustSigner(before, added));
  io.stdout.write(
    `${escapeText(added.label)} is trusted for ${escapeText(added.names.join(', '))}, by ${escapeText(rulesFile(io, flags.rules))}\n`,
  );
  return ExitCode.ok;
}

/** `testbench plugin keys revoke <label> --reason <text>` */
export async function revokeCommand({
  io,
  flags,
  args,
}: CommandCall<typeof KEYS_REVOKE_FLAGS>): Promise<ExitCode> {
  const before = (await readRules(io, flags.rules)) ?? {};
  await writeRules(io, flags.rules, revokeSigner(before, args[0]!, flags.reason));
  io.stdout.write(`${escapeText(args[0]!)} is revoked: nothing that it signed is trusted\n`);
  return ExitCode.ok;
}

async function readSigner(
  io: CliIo,
  key: string,
  flags: CommandCall<typeof KEYS_TRUST_FLAGS>['flags'],
): Promise<NewSigner> {
  const { as, issuer, from, to } = flags;
  const names = flags.for ?? [];
  if (issuer !== undefined)
    return { label: as ?? 'identity', signer: { issuer, subject: key }, names };
  const file = await readOptional(resolve(io.cwd, key), 'public key');
  const publicKey =
    file === undefined
      ? (await openKeys(io, flags.keysDir).find(key)).publicKey
      : new TextDecoder().decode(file);
  readPublicKey(publicKey);
  const times = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const label = as ?? basename(key).replace(/(?:\.pub)?\.pem$|\.pub$/, '');
  return { label, signer: { publicKey, ...times }, names };
}

function namesOf({ names = [] }: TrustRulesInput, label: string): string {
  const found = names.filter(({ signers = [] }) => signers.includes(label));
  return found.map(({ name }) => name).join(', ') || 'nothing';
}
