/** True if a certificate was rejected: trying again changes nothing. */
export function isTlsError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  return /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/.test(code);
}

const PROXY_VARIABLES = [
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'ALL_PROXY',
  'all_proxy',
];

/** The environment does not select a proxy; the message says how to set one. */
export function describeUnreadProxy(): string {
  const name = PROXY_VARIABLES.find((variable) => (process.env[variable] ?? '') !== '');
  return name === undefined ? '' : `; ${name} is set, and not read: name the proxy as "proxy"`;
}

/** Why a request to the registry failed, in words. */
export function describeFailure(error: unknown): string {
  if (isTlsError(error)) {
    const { code } = error as NodeJS.ErrnoException;
    const state = `its certificate is not trusted (${code})`;
    return code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID'
      ? `${state}; this machine's clock says ${new Date().toISOString()}`
      : `${state}; name its authority in certificateAuthorities`;
  }
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return inner instanceof Error ? inner.message : String(inner);
}
