import {
  mapPluginOffsets,
  type MeteringForm,
  meterPlugin,
  type ModulePlaces,
} from '@testbench/runtime';
import { admitModule, type AdmissionOptions } from '@testbench/sandbox';
import type { PluginMetadata } from '@testbench/types';
import { LoadError, type LoadErrorCode } from '@testbench/types/errors';

import { sha256Hex } from '../digest.js';

/** What admission found out about an admitted module. */
export interface AdmittedModule {
  /** SHA-256 of the module's bytes, in lower-case hex. */
  readonly sha256: string;
  /** From the custom section; undefined if there is none. */
  readonly metadata: PluginMetadata | undefined;
  /** Name of its wire protocol. */
  readonly contract: string;
  readonly imports: readonly { readonly module: string; readonly name: string }[];
}

/** What the host asks of a preparing thread. */
export type PrepareCommand =
  | {
      readonly type: 'admit';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly policy: AdmissionOptions;
    }
  | {
      /** Meters and compiles it, or only maps its metered code back to the original. */
      readonly type: 'compile' | 'map';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly form: MeteringForm;
    };

/** What it answers. It runs no plugin code, so its replies are trusted. */
export type PrepareReply =
  | {
      readonly type: 'admitted';
      readonly admitted: AdmittedModule;
      /** The bytes that were sent: they were transferred, not copied. */
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | {
      readonly type: 'compiled';
      readonly module: WebAssembly.Module;
      readonly metered: Uint8Array<ArrayBuffer>;
    }
  | { readonly type: 'mapped'; readonly offsets: ModulePlaces['offsets'] }
  | {
      readonly type: 'failed';
      readonly code: LoadErrorCode;
      readonly message: string;
      readonly details: LoadFacts;
    };

/** What a {@link LoadError} contains besides its code and message. */
type LoadFacts = Pick<LoadError, 'offset' | 'violations' | 'field'>;

/** Decodes and checks a module. @throws {LoadError} As `admitModule` does. */
export function admit(bytes: Uint8Array, policy: AdmissionOptions): AdmittedModule {
  const { metadata, contract, summary } = admitModule(bytes, policy);
  const imports = summary.imports.map(({ module, name }) => ({ module, name }));
  return { sha256: sha256Hex(bytes), metadata, contract, imports };
}

/** Carries out a command. */
export function prepare(command: PrepareCommand): PrepareReply {
  try {
    const { bytes } = command;
    if (command.type === 'admit') {
      return { type: 'admitted', admitted: admit(bytes, command.policy), bytes };
    }
    if (command.type === 'map') {
      return { type: 'mapped', offsets: mapPluginOffsets(bytes, command.form) };
    }
    const metered = meterPlugin(bytes, command.form);
    return { type: 'compiled', module: new WebAssembly.Module(metered), metered };
  } catch (error) {
    // A bug of ours, unrelated to the module: it ends the thread, which is how the host learns of it.
    if (!(error instanceof LoadError)) throw error;
    const { code, message, offset, violations, field } = error;
    return { type: 'failed', code, message, details: { offset, violations, field } };
  }
}

/** The error of a reply. */
export function errorOf({ code, message, details }: PrepareReply & { type: 'failed' }): LoadError {
  const { offset, violations, field } = details;
  return new LoadError(code, message, {
    offset,
    violations,
    ...(field === undefined ? {} : { field }),
  });
}
