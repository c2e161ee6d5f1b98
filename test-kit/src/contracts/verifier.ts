import { type ArtifactIdentity, REFUSAL_CODES, type Verifier } from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

/** How the suite gets the verifiers that it tests. */
export interface VerifierSubject {
  /** Opens a verifier that trusts the signer of `artifact`. */
  readonly open: () => Verifier | Promise<Verifier>;
  readonly artifact: ArtifactIdentity;
  /** Makes a bundle in which the trusted signer vouches for an artifact. */
  readonly sign: (artifact: ArtifactIdentity) => Uint8Array | Promise<Uint8Array>;
  /** Makes a bundle signed by someone else. */
  readonly signAsOther: (artifact: ArtifactIdentity) => Uint8Array | Promise<Uint8Array>;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Bytes that are not a bundle, in several forms. */
const GARBAGE: readonly Uint8Array[] = [
  new Uint8Array(),
  Uint8Array.of(0),
  Uint8Array.of(0xff, 0xfe, 0x00),
  utf8('null'),
  utf8('[]'),
  utf8('{}'),
  utf8('{"__proto__":{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}}'),
  utf8('{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}'),
  utf8('['.repeat(100_000)),
];

/** Tests that an implementation keeps the contract of `Verifier`. */
export function testVerifier(name: string, subject: VerifierSubject): void {
  const { open, artifact, sign, signAsOther } = subject;
  const otherDigest = `sha256:${'0'.repeat(64)}`;

  describe(`${name}, as a Verifier`, () => {
    it('says its version', async () => {
      expect((await open()).specificationVersion).toBe('v1');
    });

    it('names who vouches, each once', async () => {
      const bundle = await sign(artifact);
      const found = await (await open()).verify(artifact, [bundle, bundle]);
      if (found.outcome !== 'trusted') throw new Error(JSON.stringify(found));
      expect(found.signers).toHaveLength(1);
      expect(found.signers[0]?.id).toMatch(/^(key:sha256:[0-9a-f]{64}|identity:\S.*)$/);
      for (const { predicateType, signer } of found.attestations) {
        expect(predicateType).toBeTypeOf('string');
        expect(found.signers).toContainEqual(signer);
      }
    });

    it.each([
      { changed: 'digest', asked: { ...artifact, digest: otherDigest } },
      { changed: 'name', asked: { ...artifact, name: `${artifact.name}-2` } },
      { changed: 'version', asked: { ...artifact, version: '999.0.0' } },
    ])('takes no signature of an artifact with another $changed', async ({ asked }) => {
      const found = await (await open()).verify(asked, [await sign(artifact)]);
      expect(found.outcome).not.toBe('trusted');
    });

    it('refuses what only others signed, with a reason', async () => {
      const found = await (await open()).verify(artifact, [await signAsOther(artifact)]);
      expect(found).toMatchObject({ outcome: 'refused', message: expect.any(String) });
      expect(REFUSAL_CODES).toContain((found as { code?: unknown }).code);
    });

    it('trusts nothing without a bundle', async () => {
      expect((await (await open()).verify(artifact, [])).outcome).not.toBe('trusted');
    });

    it.each(GARBAGE.map((bytes, index) => ({ bytes, index })))(
      'answers to garbage, and finds the good bundle next to it ($index)',
      async ({ bytes }) => {
        const verifier = await open();
        expect((await verifier.verify(artifact, [bytes])).outcome).not.toBe('trusted');
        const found = await verifier.verify(artifact, [bytes, await sign(artifact)]);
        expect(found.outcome).toBe('trusted');
      },
    );

    it('answers to any damage of a bundle', async () => {
      const verifier = await open();
      const whole = await sign(artifact);
      for (let index = 0; index < 48; index += 1) {
        const bytes = Uint8Array.from(whole);
        const at = Math.floor((index * bytes.length) / 48);
        bytes[at] = bytes[at]! ^ (1 << (index % 7));
        const cut = index % 3 === 0 ? bytes.subarray(0, at) : bytes;
        const { outcome } = await verifier.verify(artifact, [cut]);
        expect(['trusted', 'unsigned', 'refused']).toContain(outcome);
      }
    });

    it('notices that the signer is not the one of the lockfile', async () => {
      const verifier = await open();
      const bundles = [await sign(artifact)];
      const first = await verifier.verify(artifact, bundles);
      if (first.outcome !== 'trusted') throw new Error(JSON.stringify(first));
      const knownSigners = first.signers.map(({ id }) => id);
      expect((await verifier.verify(artifact, bundles, { knownSigners })).outcome).toBe('trusted');
      const others = { knownSigners: [`key:${otherDigest}`] };
      expect(await verifier.verify(artifact, bundles, others)).toMatchObject({
        outcome: 'refused',
        code: 'SIGNER_CHANGED',
      });
      expect((await verifier.verify(artifact, [], { knownSigners })).outcome).toBe('refused');
    });

    it('leaves the bundles as they are', async () => {
      const bundle = await sign(artifact);
      const before = Uint8Array.from(bundle);
      await (await open()).verify(artifact, [bundle]);
      expect(Uint8Array.from(bundle)).toEqual(before);
    });

    it('rejects when the signal has fired', async () => {
      const signal = AbortSignal.abort();
      const verifier = await open();
      await expect(verifier.verify(artifact, [await sign(artifact)], { signal })).rejects.toBe(
        signal.reason,
      );
    });
  });
}
