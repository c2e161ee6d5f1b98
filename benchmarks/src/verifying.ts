// P15: an installed plugin is verified in at most 3 ms of CPU time: bundle parsed, signature and subject checked, rules applied.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

import { createVerifier, parseTrustRules, signRelease, type SigningKey } from '@testbench/trust';

import { reportFigure } from './figures.ts';
import { TARGETS } from './targets.ts';

const TARGET_MS = TARGETS['P15 verified'].atMost;
const CALLS = 500;
const artifact = { digest: `sha256:${'ab'.repeat(32)}`, name: 'acme/length', version: '1.2.3' };

function makeKey(algorithm: 'ecdsa-p256' | 'ed25519'): SigningKey {
  const { publicKey, privateKey } =
    algorithm === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return {
    id: `sha256:${createHash('sha256').update(der).digest('hex')}`,
    algorithm,
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }),
    sign: (bytes) => sign(algorithm === 'ed25519' ? null : 'sha256', bytes, privateKey),
  };
}

let worst = 0;
for (const algorithm of ['ecdsa-p256', 'ed25519'] as const) {
  const key = makeKey(algorithm);
  const bundle = signRelease(artifact, key);
  const rules = parseTrustRules({
    keys: { acme: { publicKey: key.publicKey } },
    names: [{ name: 'acme/*', signers: ['acme'] }],
  });
  const verifier = createVerifier({ rules });
  const first = process.cpuUsage();
  await verifier.verify(artifact, [bundle]);
  const cold = process.cpuUsage(first);
  const before = process.cpuUsage();
  for (let call = 0; call < CALLS; call += 1) {
    const { outcome } = await verifier.verify(artifact, [bundle]);
    if (outcome !== 'trusted') throw new Error(`it is ${outcome}`);
  }
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000 / CALLS;
  worst = Math.max(worst, ms);
  console.log(
    `${algorithm.padEnd(12)} ${ms.toFixed(3)} ms of CPU each, the first one ${((cold.user + cold.system) / 1000).toFixed(2)} ms; target ${TARGET_MS} ms: ${ms <= TARGET_MS ? 'ok' : 'MISSED'}`,
  );
}
reportFigure('P15 verified', worst);
