/** Headers of every answer. Nothing that a plugin or a model wrote may become code, a frame or a request to another server. */
export function securityHeaders(runsWasm: boolean): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      // The editor compiles and runs plugins in its page.
      `script-src 'self'${runsWasm ? " 'wasm-unsafe-eval'" : ''}`,
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      // No code turns text into markup or code. A worker is started by its address, which is also a text.
      ...(runsWasm ? [] : ["require-trusted-types-for 'script'", "trusted-types 'none'"]),
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cache-control': 'no-store',
  };
}
