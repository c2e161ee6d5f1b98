import { scalarsOf } from '../models.js';
import type { JsonPlace } from '../json/json-place.js';
import { ConfigFiles } from './config-files.js';
import { CODE_ADVICE, type Findings } from './findings.js';

/** A provider of our configuration. */
export interface ConvertedProvider {
  readonly plugin: string;
  readonly name: string;
  readonly models: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly permissions?: { readonly network: true; readonly allowedHosts: readonly string[] };
}

/** Servers with the API of OpenAI, by promptfoo's prefix: their address, and the secret for their key. */
const COMPATIBLE: Readonly<Record<string, readonly [url: string, secret: string]>> = {
  openai: ['https://api.openai.com/v1', 'OPENAI_API_KEY'],
  openrouter: ['https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY'],
  groq: ['https://api.groq.com/openai/v1', 'GROQ_API_KEY'],
  mistral: ['https://api.mistral.ai/v1', 'MISTRAL_API_KEY'],
  deepseek: ['https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY'],
  togetherai: ['https://api.together.xyz/v1', 'TOGETHER_API_KEY'],
  fireworks: ['https://api.fireworks.ai/inference/v1', 'FIREWORKS_API_KEY'],
  cerebras: ['https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY'],
  xai: ['https://api.x.ai/v1', 'XAI_API_KEY'],
  ollama: ['http://localhost:11434/v1', ''],
  localai: ['http://localhost:8080/v1', ''],
  llamafile: ['http://localhost:8080/v1', ''],
};
/** Parts of a provider's name that say which API is meant. */
const KINDS = new Set(['chat', 'completion', 'completions', 'messages', 'responses']);
const PARAMETERS = new Set([
  'temperature',
  'max_tokens',
  'max_completion_tokens',
  'top_p',
  'top_k',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'reasoning_effort',
]);
const LISTS = new Set(['stop', 'tools', 'tool_choice', 'response_format']);
/** Settings that never leave the file. */
const SECRETS = new Set(['apiKey', 'headers', 'password', 'token', 'authorization']);
/** Settings that are read elsewhere, or say nothing about an answer. */
const READ = new Set(['apiBaseUrl', 'apiHost', 'apiKeyEnvar', 'basePath', 'showThinking']);

/** The providers of a configuration, in their order. */
export function convertProviders(list: JsonPlace, findings: Findings): ConvertedProvider[] {
  const entries = list.isList ? list.list() : list.isMissing ? [] : [list];
  const names = new Set<string>();
  return entries.flatMap((entry) => {
    const converted = convertProvider(entry, findings);
    if (converted === undefined) return [];
    let { name } = converted;
    for (let n = 2; names.has(name); n += 1) name = `${converted.name}-${n}`;
    names.add(name);
    return [{ ...converted, name }];
  });
}

function convertProvider(entry: JsonPlace, findings: Findings): ConvertedProvider | undefined {
  const [id, options] = idOf(entry);
  if (id === undefined) {
    findings.add(entry.place, 'a provider without an id', 'give it an `id`, such as openai:gpt-5');
    return undefined;
  }
  const label = options.at('label').text();
  const config = options.at('config');
  for (const key of ['prompts', 'transform', 'delay', 'env', 'inputs']) {
    if (options.at(key).isMissing) continue;
    const advice =
      key === 'transform'
        ? CODE_ADVICE
        : `it has no counterpart: see docs/guides/models-and-providers.md for what a provider may have`;
    findings.add(options.at(key).place, `"${key}" of a provider`, advice);
  }
  if (id === 'echo') return { plugin: 'echo', name: label ?? 'echo', models: ['echo'] };
  if (/^file:.*\.(?:json|ya?ml)$/.test(id)) {
    const advice = 'providers in files are not read: write it into the configuration';
    findings.add(entry.place, `the provider ${JSON.stringify(id.slice(0, 80))}`, advice);
    return undefined;
  }
  if (id.includes('{{')) return tellTemplate(entry, 'id', findings);
  if (ConfigFiles.isCode(id) || /^(?:exec|python|golang|ruby|package|file):/.test(id)) {
    findings.add(
      entry.place,
      `the provider ${JSON.stringify(id)}`,
      'it is code, and an import never runs code: write a provider plugin (docs/plugin-types/provider.md), or put a server with the API of OpenAI in front of it',
    );
    return undefined;
  }
  const [prefix, ...rest] = id.split(':') as [string, ...string[]];
  const kind = KINDS.has(rest[0] ?? '') ? rest.shift() : undefined;
  const model = rest.join(':') || config.at('model').text() || 'gpt-5';
  if (prefix === 'anthropic') {
    return {
      plugin: 'anthropic',
      name: label ?? `anthropic-${model}`,
      models: [model],
      ...settingsOf(config, findings),
      permissions: { network: true, allowedHosts: ['api.anthropic.com'] },
    };
  }
  if (prefix === 'google' && !model.includes(':')) {
    return {
      plugin: 'gemini',
      name: label ?? `google-${model}`,
      models: [model],
      ...settingsOf(config, findings),
      permissions: { network: true, allowedHosts: ['generativelanguage.googleapis.com'] },
    };
  }
  if (/^https?$/.test(prefix)) return convertHttp(id, label, config, findings);
  const server = Object.hasOwn(COMPATIBLE, prefix) ? COMPATIBLE[prefix] : undefined;
  if (
    server === undefined ||
    kind === 'messages' ||
    /^(?:embedding|image|realtime|moderation|assistant|speech|transcription|agents)/.test(
      rest[0] ?? '',
    )
  ) {
    findings.add(
      entry.place,
      `the provider ${JSON.stringify(id)}`,
      'there is no plugin for it: use `openai` with the `base_url` of a server with the API of OpenAI, or write a provider plugin (docs/plugin-types/provider.md)',
    );
    return undefined;
  }
  if (kind === 'responses') {
    findings.add(
      entry.place,
      'the API "responses"',
      'the same model is asked through chat completions',
    );
  }
  const own = config.at('apiBaseUrl').text() ?? hostUrl(config.at('apiHost').text());
  // Another server must not take its place: it would get the prompts, and the key.
  if (own?.includes('{') === true) return tellTemplate(entry, 'address', findings);
  const url = own ?? server[0];
  const secret = config.at('apiKeyEnvar').text() ?? server[1];
  const isOpenAi = url === COMPATIBLE['openai']![0];
  return {
    plugin: 'openai',
    name: label ?? `${prefix}-${model}`,
    models: [model],
    ...settingsOf(config, findings, {
      ...(isOpenAi ? {} : { base_url: url }),
      ...(secret === 'OPENAI_API_KEY' ? {} : { api_key_secret: secret }),
      ...(kind?.startsWith('completion') === true ? { api: 'completions' } : {}),
    }),
    permissions: { network: true, allowedHosts: [allowedHost(url)] },
  };
}

/** Tells of a provider whose id or address is only known when promptfoo runs. */
function tellTemplate(entry: JsonPlace, part: string, findings: Findings): undefined {
  findings.add(
    entry.place,
    `a provider whose ${part} is a template`,
    'write it out, or as ${env:NAME} for a variable of the environment',
  );
}

/** A server of one's own: what is sent is a template on both sides; where the answer stands is code in promptfoo, unless it is a plain path. */
function convertHttp(
  id: string,
  label: string | undefined,
  config: JsonPlace,
  findings: Findings,
): ConvertedProvider | undefined {
  const url = /^https?:\/\//.test(id) ? id : config.at('url').text();
  const transform = config.at('transformResponse').isMissing
    ? config.at('responseParser').value
    : config.at('transformResponse').value;
  const path =
    typeof transform === 'string' ? /^json((?:\.\w+|\[\d+\])+)$/.exec(transform)?.[1] : '';
  const body = convertBody(config.at('body').value ?? '{{prompt}}');
  if (url === undefined || url.includes('{') || path === undefined || body === undefined) {
    findings.add(
      config.place,
      `the provider ${JSON.stringify(id.slice(0, 80))}`,
      'it has an address, a body or a transform that is code: write `plugin: http` with `url`, `body` and `answer` (docs/guides/models-and-providers.md)',
    );
    return undefined;
  }
  if (!config.at('headers').isMissing) {
    findings.add(
      config.at('headers').place,
      'the headers of a provider',
      'they are not copied, since they may hold keys: write them into `config.headers`, with ${secret:NAME} for a key (docs/guides/secrets.md)',
    );
  }
  const method = config.at('method').text()?.toUpperCase();
  return {
    plugin: 'http',
    name: label ?? 'http',
    models: ['http'],
    config: {
      url,
      ...(method === undefined ? {} : { method }),
      ...(method === 'GET' ? {} : { body }),
      ...(path === '' ? { response: 'text' } : { answer: `$${path}` }),
    },
    permissions: { network: true, allowedHosts: [allowedHost(url)] },
  };
}

/** A body with the prompt in it, and no other tag. */
function convertBody(body: unknown): unknown {
  const text = JSON.stringify(body);
  const plain = text.replaceAll(/\{\{\s*prompt\s*\}\}/g, '{{prompt}}');
  return /\{\{|\{%/.test(plain.replaceAll('{{prompt}}', '')) ? undefined : JSON.parse(plain);
}

/** `openai:gpt`, `{ id, config }`, or `{ "openai:gpt": { config } }`. */
function idOf(entry: JsonPlace): [id: string | undefined, options: JsonPlace] {
  if (typeof entry.value === 'string') return [entry.value, entry.at('')];
  const id = entry.at('id').value;
  if (typeof id === 'string') return [id, entry];
  const [only, ...others] = entry.isObject ? entry.entries() : [];
  if (only === undefined || others.length > 0) return [undefined, entry];
  const inner = only[1].at('id').value;
  return [typeof inner === 'string' ? inner : only[0], only[1]];
}

function settingsOf(
  config: JsonPlace,
  findings: Findings,
  settings: Readonly<Record<string, unknown>> = {},
): Pick<ConvertedProvider, 'config' | 'parameters'> {
  const parameters: Record<string, unknown> = {};
  const scalars = scalarsOf(config);
  for (const [name, place] of config.entries()) {
    if (PARAMETERS.has(name) && Object.hasOwn(scalars, name)) parameters[name] = scalars[name];
    else if (LISTS.has(name) && !isCodeReference(place)) parameters[name] = place.value;
    else if (SECRETS.has(name)) {
      findings.add(
        place.place,
        `"${name}" of a provider`,
        'keys are not copied: put the key into an environment variable, and name it in a policy (docs/guides/secrets.md)',
      );
    } else if (!READ.has(name)) {
      findings.add(
        place.place,
        `the setting "${name}" of a provider`,
        'it is left out: the README of the plugin says which settings and parameters there are',
      );
    }
  }
  return {
    ...(Object.keys(settings).length === 0 ? {} : { config: settings }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
  };
}

function isCodeReference({ value }: JsonPlace): boolean {
  return typeof value === 'string' && value.startsWith('file://');
}

function hostUrl(host: string | undefined): string | undefined {
  return host === undefined ? undefined : `https://${host}/v1`;
}

/** As a permission has it: a name for https on the usual port, otherwise the origin. */
function allowedHost(url: string): string {
  try {
    const { protocol, host, origin } = new URL(url);
    return protocol === 'https:' && !host.includes(':') ? host : origin;
  } catch {
    return url;
  }
}
