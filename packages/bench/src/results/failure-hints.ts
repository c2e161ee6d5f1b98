import type { FailureGroup, HintFor } from './failure-groups.js';

/** What a host has denied to a plugin, by plugin id. */
export type Denials = ReadonlyMap<string, string>;

/** Matches a denied request in the log of its plugin. */
const DENIED_REQUEST = /^denied: HTTP request: \S+ (\S+)/;
/** Matches a request whose secret is not known. */
const DENIED_SECRET = /^denied: \S+ (\S+): secret "(\w+)": there is none of that name/;
const DENIED_OTHER = /^denied: (.+)/;

/** Remembers the first denial of each stage. */
export class DenialLog {
  readonly #denials = new Map<string, string>();

  /** @param plugin Id of the plugin, which ends in the path of its stage in the configuration. */
  add(plugin: string, message: string): void {
    if (!message.startsWith('denied: ') || this.#denials.has(plugin)) return;
    this.#denials.set(plugin, message);
  }

  get denials(): Denials {
    return this.#denials;
  }
}

const BY_CODE: Readonly<Record<string, string>> = {
  CALL_FUEL_EXHAUSTED:
    'raise "limits.maxFuel" of the stage, if its plugin has good reason to work longer',
  CALL_DEADLINE_EXCEEDED:
    'raise "limits.timeoutMs" of the stage, or "calls.timeoutMs" of a provider',
  CALL_MEMORY_EXHAUSTED: 'raise "limits.maxMemoryBytes" of the stage',
  CALL_OUTPUT_TOO_LARGE: 'raise "limits.maxOutputBytes" of the stage',
};

const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'the server takes no key, or another one: see the environment variable that the "secrets" of the policy name',
  402: 'the account at the server has no money left',
  403: 'the key may not do that: ask for access to the model, or use another key',
  404: 'the server has no such model or path: check the name of the model, and "config.base_url"',
  429: 'the server takes fewer requests: set "calls.maxConcurrency" or "calls.requestsPerMinute"',
};

/**
 * Makes the function that says what to change about a group of failures.
 *
 * @param denials What plugins were denied, by plugin id.
 * @param stageOf Returns the id under which the plugin of a stage is loaded, and its place in the configuration.
 */
export function failureHints(
  denials: Denials,
  stageOf: (
    group: Omit<FailureGroup, 'hint'>,
  ) => { readonly id: string; readonly path: string } | undefined,
): HintFor {
  return (group) => {
    const stage = stageOf(group);
    const denied = stage === undefined ? undefined : denials.get(stage.id);
    if (denied !== undefined) return denialHint(denied, stage!.path);
    return (
      (group.status === undefined ? undefined : BY_STATUS[group.status]) ?? BY_CODE[group.code]
    );
  };
}

function denialHint(denied: string, path: string): string {
  const url = DENIED_REQUEST.exec(denied)?.[1];
  const host = url === undefined || !URL.canParse(url) ? undefined : new URL(url).origin;
  if (host !== undefined) {
    return `the plugin may not ask ${host}: add to ${path} of the configuration: permissions: { network: true, allowedHosts: ["${host}"] }`;
  }
  const secret = DENIED_SECRET.exec(denied);
  if (secret !== null) {
    const [, address, name] = secret;
    const place = URL.canParse(address!) ? new URL(address!).host : address!;
    return `the policy has no secret "${name!}": add "secrets": { "${name!}": { "env": "${name!}", "hosts": ["${place}"] } } to the file that "policy" names, and set the environment variable ${name!}`;
  }
  const what = DENIED_OTHER.exec(denied)?.[1] ?? 'something';
  return `the plugin was refused ${what}: see "permissions" of ${path}`;
}
