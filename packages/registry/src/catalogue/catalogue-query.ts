import type { Capability, PluginType } from '@testbench/types';

/** What can be asked for in a plugin's metadata. */
export const ASKED_PERMISSIONS = ['filesystem', 'network', 'envVars', 'hostFunctions'] as const;

/** One of {@link ASKED_PERMISSIONS}. */
export type AskedPermission = (typeof ASKED_PERMISSIONS)[number];

/** What a plugin must be like; all that is given must hold. */
export interface CatalogueQuery {
  /** Words, or beginnings of words, of name, keywords, author and description; each must be there. @default anything */
  readonly text?: string;
  readonly type?: PluginType;
  readonly capability?: Capability;
  /** Exactly, ignoring case. */
  readonly author?: string;
  /** One of its keywords exactly, ignoring case. */
  readonly keyword?: string;
  /** Exactly. */
  readonly name?: string;
  /** Exactly. */
  readonly registry?: string;
  /** A semver range. Prereleases count only if the range names one. @default any version */
  readonly range?: string;
  /** Permissions that it may ask for, and no others: `[]` finds plugins that ask for nothing. @default any */
  readonly asksAtMost?: readonly AskedPermission[];
  /** A permission that it must ask for. */
  readonly asks?: AskedPermission;
  /** Every version that matches, not only the highest of each name and registry. @default false */
  readonly allVersions?: boolean;
  /** Results, from 1. @default 50 */
  readonly limit?: number;
}
