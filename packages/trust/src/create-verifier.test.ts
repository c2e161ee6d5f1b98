import { testVerifier } from '@testbench/test-kit/contracts';

import { signRelease } from './bundle/sign-statement.js';
import { createVerifier } from './create-verifier.js';
import { testKey } from './__fixtures__/keys.js';
import { parseTrustRules } from './rules/parse-trust-rules.js';

const artifact = { digest: `sha256:${'ab'.repeat(32)}`, name: 'acme/length', version: '1.2.3' };

for (const algorithm of ['ecdsa-p256', 'ed25519'] as const) {
  const trusted = testKey(algorithm);
  const other = testKey(algorithm);
  const rules = parseTrustRules({
    keys: { acme: { publicKey: trusted.publicKey } },
    names: [{ name: 'acme/*', signers: ['acme'] }],
  });
  testVerifier(`createVerifier() with ${algorithm}`, {
    open: () => createVerifier({ rules }),
    artifact,
    sign: (asked) => signRelease(asked, trusted),
    signAsOther: (asked) => signRelease(asked, other),
  });
}
