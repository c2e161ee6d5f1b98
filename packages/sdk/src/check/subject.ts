import {
  parseOutputEnvelope,
  parseWireJson,
  type PluginMetadata,
  validateOutputData,
} from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

import { ContractBreach, type GuestAnswer, PlainGuest } from './plain-guest.js';

/** How a check ended. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** The observation, or what is wrong: a sentence without a full stop. */
  readonly detail: string;
}

/** The subject of a check; it is passed to the thread of the checks. */
export interface SubjectRecord {
  readonly bytes: Uint8Array;
  readonly contract: string;
  readonly metadata: PluginMetadata;
  /** Configuration, as JSON. */
  readonly config: string;
  /** Good inputs: values for `data`. */
  readonly inputs: readonly unknown[];
}

const encoder = new TextEncoder();

/** A plugin under check. */
export class Subject {
  readonly #module: WebAssembly.Module;
  readonly contract: string;
  readonly metadata: PluginMetadata;
  readonly inputs: readonly unknown[];
  readonly #config: Uint8Array;

  constructor(record: SubjectRecord) {
    this.#module = new WebAssembly.Module(new Uint8Array(record.bytes));
    this.contract = record.contract;
    this.metadata = record.metadata;
    this.inputs = record.inputs;
    this.#config = encoder.encode(record.config);
  }

  /** An instance that was not initialised. */
  instance(): PlainGuest {
    return new PlainGuest(this.#module, this.contract);
  }

  /** An instance that accepted its configuration. */
  started(): PlainGuest {
    const guest = this.instance();
    const code = guest.init(this.#config);
    if (code !== 0) throw new ContractBreach(`plugin_init answers ${code} to its configuration`);
    return guest;
  }

  /** The bytes that a plugin receives for an input: classic ones receive the bare data. */
  encode(data: unknown): Uint8Array {
    return encoder.encode(JSON.stringify(this.contract === 'classic' ? data : { data }));
  }

  /**
   * Checks that a host would accept an answer: JSON of the shape for the type, or an error code.
   *
   * @returns The parsed `data`; undefined for an error code.
   */
  read(answer: GuestAnswer): unknown {
    if (!answer.ok) return undefined;
    try {
      const value = parseWireJson(answer.bytes);
      const { data } = this.contract === 'classic' ? { data: value } : parseOutputEnvelope(value);
      validateOutputData(this.metadata.pluginType, data);
      return data;
    } catch (error) {
      if (!PluginError.is(error)) throw error;
      throw new ContractBreach(`the output is wrong: ${error.message}`);
    }
  }
}

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const warning = (detail: string): Finding => ({ status: 'warning', detail });
export const failed = (detail: string): Finding => ({ status: 'failed', detail });
export const skipped = (detail: string): Finding => ({ status: 'skipped', detail });
