import { X509Certificate } from 'node:crypto';

import { PermissionSet } from '@testbench/sandbox';
import { ConfigNode, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

/** A certificate authority for some hosts, instead of those that Node trusts. */
export interface CertificateAuthority {
  /** In the forms of `allowedHosts`; a plugin also needs the grant. */
  readonly hosts: readonly string[];
  /** One or several certificates in PEM: of a private authority, or of the host itself. No keys. */
  readonly ca: string;
}

/** Finds the certificates that a connection is checked against. */
export interface TrustedAuthorities {
  /** PEM; undefined if Node's authorities apply. The first entry that names the host decides. */
  authorityFor(url: URL): string | undefined;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Checks private certificate authorities.
 *
 * @throws {ConfigError} `CONFIG_INVALID` for a host that no grant can name, or for a text that is not a certificate or contains a key;
 *   `CONFIG_UNKNOWN_KEY`.
 *
 * @example
 * ```ts
 * import { readAuthorities } from '@testbench/host';
 *
 * const url = new URL('https://api.example.com/');
 * readAuthorities([]).authorityFor(url); // => undefined
 * ```
 */
export function readAuthorities(list: readonly CertificateAuthority[] = []): TrustedAuthorities {
  const authorities = new ConfigNode(list, 'certificateAuthorities').list().map((item) => {
    let hosts = new PermissionSet();
    const { ca } = readOptions<CertificateAuthority>(
      item.value,
      {
        hosts(node) {
          const allowedHosts = readHosts(node);
          hosts = new PermissionSet({ network: true, allowedHosts }, item.path);
          return allowedHosts;
        },
        ca: readCertificates,
      },
      item.path,
      ['hosts', 'ca'],
    );
    return { hosts, ca };
  });
  return {
    authorityFor: (url) => authorities.find(({ hosts }) => hosts.allowsRequest(url))?.ca,
  };
}

function readHosts(node: ConfigNode): string[] {
  const hosts = node.list().map((host) => host.text());
  return hosts.length > 0 ? hosts : node.reject('a list that names at least one host');
}

/** Its errors quote nothing: the value may be a key. */
function readCertificates({ value, path }: ConfigNode): string {
  if (typeof value !== 'string') invalid(path, 'expected a text in PEM');
  if (value.includes('PRIVATE KEY'))
    invalid(path, 'it has a private key in it, which belongs elsewhere');
  const certificates = value.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) invalid(path, 'there is no certificate in PEM in it');
  for (const [index, certificate] of certificates.entries()) {
    try {
      void new X509Certificate(certificate);
    } catch {
      invalid(path, `certificate ${index + 1} of it cannot be read`);
    }
  }
  return certificates.join('\n');
}

function invalid(path: string, state: string): never {
  throw new ConfigError('CONFIG_INVALID', path, `Cannot use "${path}": ${state}`);
}
