/**
 * Stands in for what makes and checks connections. A browser makes its own, and does not tell what a name resolves to: what
 * `allowedHosts` names is all that is checked, and beyond it the browser's own rules hold (CORS, access to local networks).
 */
export function createCheckedConnector(): undefined {
  return undefined;
}
