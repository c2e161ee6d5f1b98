import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HOSTILE_TEXTS } from '../../../packages/report/src/__fixtures__/hostile-texts.ts';
import { askStudio, type Told } from '../../../packages/studio/src/__fixtures__/ask-studio.ts';
import { type Attack, insist } from '../attack.ts';
import { refuseAll, studioAttack } from '../studio-target.ts';

/** What the studio reads, shows and writes: paths and links that lead out, hostile texts, files where they should not be. */
export const studioContent: readonly Attack[] = [
  studioAttack(
    303,
    'paths that lead out, by dots, encodings and links',
    async ({ studio, cookie, origin }) => {
      const own = { cookie, origin };
      const paths = [
        '../secret.jsonl',
        '..%2Fsecret.jsonl',
        'data/../../secret.jsonl',
        '/etc/passwd',
        'data/link.jsonl',
        'data/out/secret.jsonl',
        '%00',
        'data\\..\\..\\secret.jsonl',
        '%2e%2e/secret.jsonl',
        'file:///etc/passwd',
      ];
      return await refuseAll(
        studio,
        [
          ...paths.map((path) => ['GET', `/api/dataset?path=${path}`, own] as const),
          ...paths.map((path) => ['GET', `/api/report?run=${path}`, own] as const),
          ...paths.map((path) => ['GET', `/api/labels?run=${path}`, own] as const),
          ...[
            '../package.json',
            '..%2f..%2fpackage.json',
            '%2e%2e/index.js',
            'main.js/../../x',
            '__proto__',
            'constructor',
          ].map((name) => ['GET', `/assets/${name}`, { cookie }] as const),
          ['GET', '//evil.example/', { cookie }],
          ['GET', `/${'a'.repeat(5000)}`, { cookie }],
        ],
        ['STUDIO_OUTSIDE_PROJECT', 'STUDIO_NOT_FOUND', 'STUDIO_BAD_REQUEST'],
      );
    },
  ),
  studioAttack(
    308,
    'HTML in every text of a model, a plugin and a data set',
    async ({ studio, cookie, origin, folder }) => {
      writeFileSync(
        join(folder, 'data/<img src=x onerror=alert(1)>.jsonl'),
        HOSTILE_TEXTS.map((text) => `${JSON.stringify({ [text]: text })}\n`).join(''),
      );
      const own = { cookie, origin };
      const name = encodeURIComponent('data/<img src=x onerror=alert(1)>.jsonl');
      const report = await askStudio(studio, 'GET', '/api/report?run=runs/r', own);
      const { key } = JSON.parse(report.body) as { key: string };
      const paths = [
        '/api/report?run=runs/r',
        `/api/report/block?key=${key}&block=0`,
        '/api/datasets',
        `/api/dataset?path=${name}`,
        '/api/cases?run=runs/r',
        '/api/plugins',
        '/api/analytics',
        `/api/dataset?path=<script>alert(1)</script>`,
      ];
      for (const path of paths) {
        const { headers } = await askStudio(studio, 'GET', path, own);
        const type = String(headers['content-type']);
        insist(/^(?:application\/json|text\/plain)/.test(type), `${path} is ${type}`);
        insist(headers['x-content-type-options'] === 'nosniff', `${path} may be sniffed`);
        const policy = String(headers['content-security-policy']);
        insist(
          policy.includes("default-src 'none'") && !/unsafe-(?:inline|eval)|https?:/.test(policy),
          policy,
        );
      }
      const document = await askStudio(studio, 'GET', '/run?run=<script>alert(1)</script>', {
        cookie,
      });
      insist(!document.body.includes('alert'), 'the address stands in the document');
      const step = await askStudio(studio, 'GET', '/run?run="><script>alert(1)</script>', {
        'sec-fetch-site': 'cross-site',
      });
      insist(!/<script|"">/.test(step.body), step.body);
      return 'all is data; the document has nothing of it';
    },
  ),
  studioAttack(
    309,
    'labels that are written through links',
    async ({ studio, cookie, origin, folder }) => {
      const own = { cookie, origin, 'content-type': 'application/json' };
      const label = JSON.stringify({ run: 'runs/r', label: { id: '1', label: 1 } });
      symlinkSync(join(folder, '..'), join(folder, 'labels'));
      const byFolder = await askStudio(studio, 'POST', '/api/labels', own, label);
      insist(byFolder.body.includes('STUDIO_OUTSIDE_PROJECT'), byFolder.body);
      rmSync(join(folder, 'labels'));
      mkdirSync(join(folder, 'labels'));
      symlinkSync(join(folder, '../secret.jsonl'), join(folder, 'labels/r.jsonl'));
      const byFile = await askStudio(studio, 'POST', '/api/labels', own, label);
      insist(byFile.body.includes('STUDIO_OUTSIDE_PROJECT'), byFile.body);
      const read = await askStudio(studio, 'GET', '/api/labels?run=runs/r', own);
      insist(read.body.includes('STUDIO_OUTSIDE_PROJECT'), read.body);
      return 'neither a folder nor a file that is a link is taken';
    },
  ),
  studioAttack(
    310,
    'plugins that are saved where they should not be',
    async ({ studio, cookie, origin, folder }) => {
      const own = { cookie, origin, 'content-type': 'application/json' };
      const save = (part: object): Promise<Told> =>
        askStudio(
          studio,
          'POST',
          '/api/author/projects',
          own,
          JSON.stringify({ name: 'metric', source: 'export class', ...part }),
        );
      for (const name of ['../up', '/tmp/up', 'a/b', 'a\\b', '..', '.git', 'node_modules', 'a\0']) {
        const { status, body } = await save({ name });
        insist(status === 422, `${name}: ${body}`);
      }
      for (const part of [{ folder: '/tmp' }, { overwrite: 1 }, { description: 'a\n# b' }]) {
        const { status, body } = await save(part);
        insist(status === 422, body);
      }
      const large = await save({ source: 'x'.repeat(2_000_000) });
      insist(large.status === 413, large.body);
      const foreign = { ...own, origin: 'http://127.0.0.1:1' };
      const { status } = await askStudio(studio, 'POST', '/api/author/projects', foreign, '{}');
      insist(status === 403, 'another origin saves');
      symlinkSync(join(folder, '..'), join(folder, 'plugins'));
      const byLink = await save({});
      insist(byLink.body.includes('STUDIO_OUTSIDE_PROJECT'), byLink.body);
      rmSync(join(folder, 'plugins'));
      await save({});
      const again = await save({});
      insist(again.body.includes('STUDIO_EXISTS'), again.body);
      return 'names are checked, links are refused, and nothing is replaced without a word';
    },
  ),
];
