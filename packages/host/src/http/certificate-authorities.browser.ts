import { ConfigError } from '@testbench/types/errors';

import type { CertificateAuthority, TrustedAuthorities } from './certificate-authorities.js';

/** @throws {ConfigError} For any authority: a page cannot control which authorities its browser trusts. */
export function readAuthorities(list: readonly CertificateAuthority[] = []): TrustedAuthorities {
  if (!Array.isArray(list) || list.length > 0) {
    const path = 'certificateAuthorities';
    const state = 'a page cannot say whom its browser trusts';
    throw new ConfigError('CONFIG_INVALID', path, `Cannot use "${path}": ${state}`);
  }
  return { authorityFor: () => undefined };
}
