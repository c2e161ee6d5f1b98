import { escapeText } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';
import type { RefusalCode } from '@testbench/types/stores';

/** Why plugins cannot be installed, updated or removed. */
export type InstallErrorCode =
  /** The lockfile cannot be read or written, is damaged, or has a later format version. */
  | 'INSTALL_BAD_LOCKFILE'
  /** With `frozen`, the lockfile would have to change. */
  | 'INSTALL_FROZEN'
  /** No registry is configured for the name, or not the requested one. */
  | 'INSTALL_WRONG_REGISTRY'
  /** No version satisfies the requirements; the message lists every version that was considered, and why it was rejected. */
  | 'INSTALL_NO_VERSION'
  /** Several plugins require mutually exclusive versions of the same plugin; the message names them. */
  | 'INSTALL_CONFLICT'
  /** The dependencies form a cycle; the message has the chain. */
  | 'INSTALL_CIRCLE'
  /** Dependencies are too deep or too many. */
  | 'INSTALL_TOO_LARGE'
  /** The version has another digest than in the lockfile: it was replaced. */
  | 'INSTALL_MOVED'
  /** The version is lower than the one in the lockfile. */
  | 'INSTALL_DOWNGRADE'
  /** The artifact is not a plugin, or not the one that its name and version claim. */
  | 'INSTALL_INVALID_PLUGIN'
  /** The verifier does not trust it; `refusal` says why. */
  | 'INSTALL_UNTRUSTED'
  /** It requests more permissions than the version in the lockfile, without consent. */
  | 'INSTALL_CONSENT_NEEDED'
  /** The new version was not fit to replace the old one, which stays. */
  | 'INSTALL_UNHEALTHY'
  /** The plugin is not in the lockfile. */
  | 'INSTALL_NOT_INSTALLED'
  /** Another process is installing in the same project, and did not finish in time. */
  | 'INSTALL_IN_USE'
  /** Files cannot be read or written: no permission, a full disk. */
  | 'INSTALL_UNUSABLE';

/** Optional fields of an {@link InstallError}. */
export interface InstallErrorDetails extends ErrorOptions {
  /** The plugin's name. */
  readonly plugin?: string;
  /** From the project's requirement to the plugin, each `name@version`. */
  readonly chain?: readonly string[];
  /** From the verifier. */
  readonly refusal?: RefusalCode;
}

/** Plugins cannot be installed, updated or removed. The lockfile and the installed plugins are unchanged. */
export class InstallError extends PluginError<InstallErrorCode> {
  readonly plugin: string | undefined;
  readonly chain: readonly string[];
  readonly refusal: RefusalCode | undefined;

  constructor(code: InstallErrorCode, message: string, details: InstallErrorDetails = {}) {
    super(
      code,
      escapeText(message),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.plugin = details.plugin;
    this.chain = details.chain ?? [];
    this.refusal = details.refusal;
  }

  override get name(): 'InstallError' {
    return 'InstallError';
  }
}
