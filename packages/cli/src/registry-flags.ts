import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { type OciReference, parseReference } from '@testbench/types/stores';

import type { CliIo } from './cli-io.js';
import type { REGISTRY_FLAGS } from './flags/registry.js';
import type { FlagValues } from './command-line/flags.js';
import type { RegistrySetup } from './registry-store.js';
import { UsageError } from './usage-error.js';

/** What the command line says of how a registry is reached. */
export async function readRegistryFlags(
  { plainHttp, ca, trustedHost }: FlagValues<typeof REGISTRY_FLAGS>,
  { host }: OciReference,
  io: CliIo,
): Promise<RegistrySetup> {
  return {
    ...(plainHttp ? { plainHttp: [host] } : {}),
    ...(trustedHost === undefined ? {} : { trustedHosts: trustedHost }),
    ...(ca === undefined
      ? {}
      : {
          certificateAuthorities: [
            {
              hosts: [host, ...(trustedHost ?? [])].map((one) => `https://${one}`),
              ca: await readFile(resolve(io.cwd, ca), 'utf8'),
            },
          ],
        }),
  };
}

/** @throws {UsageError} Unless it is one. @throws {StoreError} `STORE_INVALID_REFERENCE`. */
export function readOciReference(text: string, command: string): OciReference {
  const reference = parseReference(text);
  if (reference.kind === 'oci') return reference;
  throw new UsageError(`<reference> is ${JSON.stringify(text)}, expected oci://host/name`, command);
}
