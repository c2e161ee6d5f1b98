import type { StudioRegistries } from '@testbench/studio';

/** A made-up registry whose texts try to break out. */
export const registries: StudioRegistries = {
  search: async () => [
    {
      source: 'registry',
      name: 'acme/exact-match',
      version: '2.0.0',
      type: 'evaluator',
      description: 'Compares <b>texts</b> <img src=x onerror=owned()>',
      author: '<script>owned()</script>',
      capabilities: ['text-match', '<svg onload=owned()>'],
      permissions: { network: true },
      bytes: 12_345,
      digest: `sha256:${'ab'.repeat(32)}`,
      registry: 'local',
    },
  ],
  claims: async () => ({
    signedBy: 'ana@acme.example <img src=x onerror=owned()>',
    tested: '12 of 12 golden cases',
    attached: ['test result, by ana@acme.example', 'not verified (nobody signed it): <i>SBOM</i>'],
    versions: ['2.0.0', '1.0.0'],
  }),
};
