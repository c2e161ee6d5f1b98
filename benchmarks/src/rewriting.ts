import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { meterModule } from '@testbench/metering';

import { type Candidate, interleave } from './interleave.ts';
import { cpuMs } from './statistics.ts';

const require = createRequire(import.meta.url);

/** Speed of rewriting one real module; megabytes of input per second of CPU time. */
export interface RewritingResult {
  readonly module: string;
  readonly megabytes: number;
  readonly validate: number;
  readonly modes: readonly {
    readonly mode: 'coarse' | 'exact';
    /** For bytes that the caller has already validated. */
    readonly speed: number;
    /** Including the engine's validation, which is the default. */
    readonly withValidation: number;
    /** The first call, before the engine has optimised the rewriter. */
    readonly first: number;
    /** Size of the result over that of the input. */
    readonly growth: number;
  }[];
}

/** Rewrites esbuild, a Go program: about 14 MB, thousands of functions, some of them huge. */
export async function measureRewriting(short: boolean): Promise<RewritingResult> {
  const module = 'esbuild-wasm/esbuild.wasm';
  const bytes = new Uint8Array(readFileSync(require.resolve('esbuild-wasm/esbuild.wasm')));
  const megabytes = bytes.length / 1e6;
  const growths = new Map<string, number>();
  const rewriting = (mode: 'coarse' | 'exact', validated: boolean): Candidate => ({
    name: `${mode}${validated ? '' : ' with validation'}`,
    run: () => {
      const start = cpuMs();
      const { stats } = meterModule(bytes, { mode, validated });
      const ms = cpuMs() - start;
      growths.set(mode, stats.growth);
      return { ms, checksum: 'ok' };
    },
  });
  const validate: Candidate = {
    name: 'validate',
    run: () => {
      const start = cpuMs();
      const valid = WebAssembly.validate(bytes);
      return { ms: cpuMs() - start, checksum: valid ? 'ok' : 'invalid' };
    },
  };
  const speed = (ms: number): number => (megabytes / ms) * 1000;
  const modes = ['coarse', 'exact'] as const;
  const firsts = new Map<string, number>();
  for (const mode of modes) {
    // The second one finds shared code already optimised.
    firsts.set(mode, speed((await rewriting(mode, true).run()).ms));
  }
  const candidates = [validate];
  for (const mode of modes) candidates.push(rewriting(mode, true), rewriting(mode, false));
  // The first two rounds are for the optimising compiler.
  await interleave(module, candidates, short ? 1 : 2);
  const compared = await interleave(module, candidates, short ? 3 : 9);
  return {
    module,
    megabytes,
    validate: speed(compared.ms('validate')),
    modes: modes.map((mode) => ({
      mode,
      speed: speed(compared.ms(mode)),
      withValidation: speed(compared.ms(`${mode} with validation`)),
      first: firsts.get(mode)!,
      growth: growths.get(mode)!,
    })),
  };
}
