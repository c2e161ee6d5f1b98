import {
  createHostEffects,
  type OpenStateStore,
  type ProxySettings,
  type TrustedAuthorities,
} from '@testbench/host';
import { createFileAccess } from '@testbench/host/files';
import type { HttpClient } from '@testbench/host/http';
import type { PermissionSet } from '@testbench/sandbox';
import {
  type CustomHostFunction,
  HOST_MODULE,
  type HostEffects,
  type LogSink,
  NETWORK_FUNCTIONS,
  type ProtocolShape,
} from '@testbench/types/abi';
import type { HttpTransport, SecretStore, StateStore } from '@testbench/types/stores';

import { AskHost } from '../asking/ask-host.js';
import type { AskModel } from '../asking/asking.js';
import type { AdmittedPlugin } from './admit-plugin.js';
import type { VersionGrants } from './plugin-version.js';

/** What a host can grant to its plugins. */
export interface HostResources {
  readonly secrets: SecretStore;
  readonly proxy: ProxySettings | undefined;
  readonly httpTransport: HttpTransport | undefined;
  readonly askModel: AskModel | undefined;
  readonly allowedHeaders: readonly string[];
  readonly authorities: TrustedAuthorities;
  /** The host's own functions, by name. */
  readonly hostFunctions: ReadonlyMap<string, CustomHostFunction>;
  readonly openState: OpenStateStore;
  readonly now: (() => number) | undefined;
}

/** The plugin that receives the grants. */
export interface Grantee {
  /** The id, if it was given by the caller and not by the plugin itself. */
  readonly givenId: string | undefined;
  readonly permissions: PermissionSet;
  /** What its wire protocol does for it. */
  readonly protocol: Pick<ProtocolShape, 'effects'>;
  /** State that outlives versions. @default a state opened for the plugin */
  readonly state: StateStore | undefined;
}

/** The plugin for which effects are performed, and how. */
export interface EffectContext {
  readonly pluginId: () => string;
  /** True if a guest may wait for one of the host's own functions. */
  readonly canWait: boolean;
  readonly onLog: LogSink;
}

/**
 * The second step of loading: opens what the plugin may use. None of its code runs yet.
 *
 * @throws Any error from opening its state.
 */
export async function grantPlugin(
  admitted: AdmittedPlugin,
  grantee: Grantee,
  resources: HostResources,
): Promise<PluginGrants> {
  const { digest, imports } = admitted;
  const { givenId, permissions, protocol } = grantee;
  const openClient = (): Promise<HttpClient> => openHttp(digest, grantee, resources);
  const { effects = {} } = protocol;
  const usesHttp = imports.some(
    ({ module, name }) =>
      (module === HOST_MODULE && NETWORK_FUNCTIONS.has(name)) ||
      effects[`${module}.${name}`]?.some((effect) => NETWORK_FUNCTIONS.has(effect)),
  );
  const http = usesHttp ? await openClient() : undefined;
  try {
    const state = grantee.state ?? resources.openState(givenId ?? digest);
    return new PluginGrants(
      permissions,
      state,
      http,
      openClient,
      resources,
      grantee.state === undefined,
    );
  } catch (error) {
    await http?.close();
    throw error;
  }
}

/** What one version of a plugin may use. */
export class PluginGrants implements VersionGrants {
  readonly #resources: HostResources;
  readonly #ownsState: boolean;
  /** Undefined until first used. */
  #client: Promise<HttpClient> | undefined;

  constructor(
    readonly permissions: PermissionSet,
    readonly state: StateStore,
    readonly http: HttpClient | undefined,
    readonly openClient: () => Promise<HttpClient>,
    resources: HostResources,
    ownsState: boolean,
  ) {
    this.#resources = resources;
    this.#ownsState = ownsState;
  }

  /** Returns a factory for the plugin's effects: call it for each instance or runner. */
  effects({ pluginId, canWait, onLog }: EffectContext): () => HostEffects {
    const { permissions, state, http } = this;
    const { hostFunctions: functions, now } = this.#resources;
    const files = createFileAccess({ permissions });
    return () =>
      createHostEffects({
        permissions,
        stateStore: state,
        env: process.env,
        ...(http === undefined ? {} : { http }),
        files,
        hostFunctions: {
          functions,
          pluginId,
          canWait,
          onLog,
          ...(now === undefined ? {} : { now }),
        },
      });
  }

  /** Creates the host that answers the plugin's asks. */
  askHost({ pluginId, onLog }: Omit<EffectContext, 'canWait'>): AskHost {
    const { askModel, now } = this.#resources;
    if (this.http !== undefined) this.#client = Promise.resolve(this.http);
    return new AskHost({
      pluginId,
      permissions: this.permissions,
      openHttp: () => (this.#client ??= this.openClient()),
      askModel,
      onLog,
      now,
    });
  }

  /** Closes connections; a later request opens new ones. */
  async close(): Promise<void> {
    await (this.http ?? (await this.#client))?.close();
  }

  /** Closes everything that was opened for a version that is not used after all. */
  async abandon(): Promise<void> {
    await this.close();
    if (this.#ownsState) this.state.close?.();
  }
}

/** The client of a plugin that makes requests. Its code is loaded only then: it takes 20 MB, and most plugins make none. */
async function openHttp(
  digest: string,
  { givenId, permissions }: Grantee,
  { secrets, proxy, httpTransport: transport, allowedHeaders, authorities }: HostResources,
): Promise<HttpClient> {
  const { createHttpClient } = await import('@testbench/host/http');
  return createHttpClient({
    permissions,
    identities: givenId === undefined ? [digest] : [givenId, digest],
    headers: allowedHeaders,
    authorities,
    secrets,
    ...(proxy === undefined ? {} : { proxy }),
    ...(transport === undefined ? {} : { transport }),
  });
}
