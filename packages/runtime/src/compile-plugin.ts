import {
  meterModule,
  type MeterOptions,
  REWRITE_VERSION,
  supportsTypedReferences,
} from '@testbench/metering';
import {
  MAX_TABLE_ELEMENTS,
  METERING_MODES,
  type MeteringMode,
  PAGE_BYTES,
} from '@testbench/types';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import { ConfigError, LoadError, PluginError } from '@testbench/types/errors';

import { compileMetered } from './compile-metered.js';
import type { ModuleCache } from './module-cache.js';
import { sha256Hex } from './sha256.js';

/** A plugin's module, metered and compiled; any number of instances can be made from it. */
export interface CompiledPlugin {
  readonly module: WebAssembly.Module;
  /** `sha256:` and the lower-case hex digest of the original bytes. */
  readonly digest: string;
  /** The cap on `memory.grow`, in bytes. */
  readonly maxMemoryBytes: number;
  /** How fuel is counted. */
  readonly metering: MeteringMode;
  /** The module's imports; read once, since the engine rebuilds the list each time. */
  readonly imports: readonly WebAssembly.ModuleImportDescriptor[];
}

/** How {@link compilePlugin} compiles. */
export interface CompileOptions {
  /** Largest linear memory, in bytes; growth beyond it fails for the guest. */
  readonly maxMemoryBytes: number;
  /** Makes instances that can be reset to a snapshot. @default false */
  readonly resettable?: boolean;
  /** How fuel is counted. @default 'coarse' */
  readonly metering?: MeteringMode;
  /** SHA-256 of the bytes in lower-case hex, if known: the key under which a cache keeps the module. @default computed */
  readonly sha256?: string;
  /** Where compiled modules are kept. @default none */
  readonly cache?: ModuleCache;
  /**
   * Meters and compiles elsewhere, as `meterPlugin` and `WebAssembly.compile` do: a module of some megabytes blocks its thread for
   * a second. @default on this thread
   */
  readonly compileModule?: (
    bytes: Uint8Array<ArrayBuffer>,
    form: MeteringForm,
  ) => Promise<CompiledModule>;
}

/** How a module is metered. */
export interface MeteringForm {
  /** Largest linear memory, in pages of 64 KiB. */
  readonly maxMemoryPages: number;
  /** Makes instances that can be reset to a snapshot. */
  readonly resettable: boolean;
  /** How fuel is counted. @default 'coarse' */
  readonly metering?: MeteringMode;
}

/**
 * The form in which {@link compilePlugin} meters a module, for code that must meter it again in the same way.
 *
 * @param options As for `compilePlugin`.
 *
 * @example
 * ```ts
 * import { meteringFormOf } from '@testbench/runtime';
 *
 * meteringFormOf({ maxMemoryBytes: 1_000_000 }); // => { maxMemoryPages: 15, resettable: false, metering: 'coarse' }
 * ```
 */
export function meteringFormOf({
  maxMemoryBytes,
  resettable = false,
  metering = 'coarse',
}: Pick<CompileOptions, 'maxMemoryBytes' | 'resettable' | 'metering'>): MeteringForm {
  return { maxMemoryPages: Math.floor(maxMemoryBytes / PAGE_BYTES), resettable, metering };
}

/** A module, metered and compiled. */
export interface CompiledModule {
  readonly metered: Uint8Array<ArrayBuffer>;
  readonly module: WebAssembly.Module;
}

const OPTIONS: OptionReaders<CompileOptions> = {
  maxMemoryBytes: (node) => node.wholeNumber(0),
  resettable: (node) => node.boolean(),
  metering: (node) => node.oneOf(METERING_MODES),
  sha256: (node) => node.text(),
  cache: (node) => node.implementation('getOrCompile'),
  compileModule: (node) => node.callback(),
};

/**
 * Meters and compiles a plugin's module.
 *
 * The engine checks the bytes before anything is rewritten. No code of the module runs.
 *
 * @param bytes The whole module; read, not kept, not changed.
 * @throws {LoadError} `LOAD_INVALID_MODULE` if the engine refuses it, with the offset that the engine names;
 *   `LOAD_REJECTED` if the module cannot be metered.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 */
export async function compilePlugin(
  bytes: Uint8Array<ArrayBuffer>,
  given: CompileOptions,
): Promise<CompiledPlugin> {
  const options = readOptions<CompileOptions>(given, OPTIONS, '', ['maxMemoryBytes']);
  const { maxMemoryBytes, cache, compileModule = compileHere } = options;
  const form = meteringFormOf(options);
  const { maxMemoryPages, resettable, metering = 'coarse' } = form;
  const hex = options.sha256 ?? (await sha256Hex(bytes));
  // A directory of metered modules may serve several engines.
  const rewrite = `${REWRITE_VERSION}${supportsTypedReferences() ? 't' : ''}`;
  const key = `${hex}-${rewrite}-${maxMemoryPages}${resettable ? '-state' : ''}${metering === 'exact' ? '-exact' : ''}`;
  const compile = async (): Promise<WebAssembly.Module> => {
    const kept = await cache?.store?.read(key);
    const known = kept && (await compileMetered(kept));
    if (known !== undefined) return known;
    const compiled = await compileModule(bytes, form);
    await cache?.store?.write(key, compiled.metered);
    return compiled.module;
  };
  const module = await (cache === undefined ? compile() : cache.getOrCompile(key, compile));
  return {
    module,
    digest: `sha256:${hex}`,
    maxMemoryBytes,
    metering,
    imports: WebAssembly.Module.imports(module),
  };
}

async function compileHere(
  bytes: Uint8Array<ArrayBuffer>,
  form: MeteringForm,
): Promise<CompiledModule> {
  const metered = meterPlugin(bytes, form);
  return { metered, module: await WebAssembly.compile(metered) };
}

/**
 * Meters a plugin's module as `PluginInstance` needs it. The engine checks the bytes first. No code of the module runs.
 *
 * @param bytes The whole module; read, not kept, not changed.
 * @throws {LoadError} As {@link compilePlugin}.
 * @throws {ConfigError} For a form with an unknown key or a wrong value.
 */
export function meterPlugin(
  bytes: Uint8Array<ArrayBuffer>,
  given: MeteringForm,
): Uint8Array<ArrayBuffer> {
  const options = meterOptions(given);
  if (!WebAssembly.validate(bytes)) throw invalidModule(bytes);
  try {
    return meterModule(bytes, options).bytes;
  } catch (cause) {
    if (cause instanceof ConfigError || !PluginError.is(cause)) throw cause;
    throw new LoadError('LOAD_REJECTED', cause.message, { cause });
  }
}

/**
 * How a plugin's module is metered.
 *
 * @throws {ConfigError} For a form with an unknown key or a wrong value.
 */
export function meterOptions(given: MeteringForm): MeterOptions {
  const { metering, ...form } = readOptions<MeteringForm>(
    given,
    {
      maxMemoryPages: (node) => node.wholeNumber(0),
      resettable: (node) => node.boolean(),
      metering: (node) => node.oneOf(METERING_MODES),
    },
    '',
    ['maxMemoryPages', 'resettable'],
  );
  return {
    ...form,
    mode: metering ?? 'coarse',
    maxTableElements: MAX_TABLE_ELEMENTS,
    deferStart: true,
    validated: true,
  };
}

/** Compiles again for the engine's message: `validate` only returns false. */
function invalidModule(bytes: Uint8Array<ArrayBuffer>): LoadError {
  try {
    void new WebAssembly.Module(bytes);
    return new LoadError('LOAD_INVALID_MODULE', 'Cannot compile module: the engine refuses it');
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const offset = /@\+(\d+)/.exec(message)?.[1];
    return new LoadError('LOAD_INVALID_MODULE', `Cannot compile module: ${message}`, {
      cause,
      offset: offset === undefined ? undefined : Number(offset),
    });
  }
}
