import type { ConfigNode, OptionReaders } from '@testbench/types/config';
import type { Verifier } from '@testbench/types/stores';

import type { InstallEvent } from './install-events.js';
import type { PermissionChange } from './permission-changes.js';
import { RegistryMap } from './registry-map.js';

/** A version that asks for more than the one in the lockfile. */
export interface ConsentRequest {
  readonly name: string;
  readonly version: string;
  /** The version in the lockfile. */
  readonly before: string;
  readonly changes: readonly PermissionChange[];
}

/** Options of every function that reads or changes the plugins of a project. */
export interface ProjectOptions {
  /** Folder of the project: it contains `testbench.lock`, and modules in `.testbench/plugins`. */
  readonly folder: string;
  /** Registries that plugins come from. */
  readonly registries: RegistryMap;
  /** Checks signatures of a plugin. @default signatures are not checked; a lockfile that names signers is then refused */
  readonly verifier?: Verifier;
  /** Asked before a version is taken that asks for more than the previous one. @default refused */
  readonly consent?: (request: ConsentRequest) => boolean | Promise<boolean>;
  /** Takes a version that is lower than the one in the lockfile. @default false */
  readonly allowDowngrade?: boolean;
  /** Contract that the host speaks. @default that of this version of testbench */
  readonly hostVersion?: string;
  /** Aborts; nothing is changed then. */
  readonly signal?: AbortSignal;
  /** Called with events; an exception ends the call. @default none */
  readonly onEvent?: (event: InstallEvent) => void;
}

/** Readers for the fields of {@link ProjectOptions}. */
export const PROJECT_OPTIONS: OptionReaders<ProjectOptions> = {
  folder: (node) => node.text(),
  registries: (node) => {
    const { value } = node;
    return value instanceof RegistryMap ? value : node.reject('a RegistryMap');
  },
  verifier: (node) => node.implementation<Verifier>('verify'),
  consent: (node) => node.callback(),
  allowDowngrade: (node) => node.boolean(),
  hostVersion: (node) => node.text(),
  signal: (node) => node.signal(),
  onEvent: (node) => node.callback(),
};

/** A list of plugin names. */
export function readNames(node: ConfigNode): readonly string[] {
  return node.list().map((item) => item.text());
}
