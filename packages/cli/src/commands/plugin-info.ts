import { readCatalogueEntry } from '@testbench/registry/catalogue';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { findArtifact } from '../find-artifact.js';
import type { PLUGIN_INFO_FLAGS } from '../flags/plugin-project.js';
import { openClaims } from '../read-claims.js';
import { describePermissions } from '../render/describe-permissions.js';
import { escapeText } from '../render/escape-text.js';
import { describeClaims, describeSigners } from '../render/render-claims.js';
import { writeJson } from '../render/write-json.js';

/** `testbench plugin info <reference>` */
export async function pluginInfoCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_INFO_FLAGS>): Promise<ExitCode> {
  const found = await findArtifact(io, args[0]!, { ...flags, isNewest: true });
  const { name, version, digest, registry, store, artifact } = found;
  const signal = { signal: io.signal };
  const versions = await store.list(name, signal);
  const place = { registry, digest, repository: name };
  const entry = readCatalogueEntry(await store.read(artifact, signal), place);
  const attached = await (await openClaims(io, flags))(found);
  const { metadata } = entry;
  if (flags.json) {
    writeJson(io.stdout, { ...entry, versions, ...attached });
    return ExitCode.ok;
  }
  const claims = describeClaims(attached);
  const lines = [
    `${name}@${version}  ${metadata.pluginType}`,
    metadata.description,
    `author       ${metadata.author || 'not said'}`,
    `asks for     ${describePermissions(metadata.permissions ?? {})}`,
    `digest       ${digest}`,
    `registry     ${registry}`,
    `versions     ${versions.slice(0, 10).join(', ')}`,
    `signed by    ${describeSigners(attached.signature)}`,
    ...(claims.length === 0 ? ['attached     nothing'] : []),
    ...claims.map((claim, index) => `${index === 0 ? 'attached    ' : '            '} ${claim}`),
  ];
  io.stdout.write(
    `${lines
      .filter((line) => line !== '')
      .map(escapeText)
      .join('\n')}\n`,
  );
  return ExitCode.ok;
}
