import { mayImport, withoutNode } from './scripts/architecture.mjs';

const shipped = (packages) =>
  `^packages/(${packages.join('|')})/src/(?!.*(\\.test\\.ts|__fixtures__/))`;

const directions = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `direction-${name}`,
  comment: `${name} may import ${allowed.join(', ') || 'no other package'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: {
    path: `^packages/(?!(${[name, ...allowed].join('|')})/)|^@testbench/(?!(${allowed.join('|')})$)`,
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...directions,
    {
      name: 'no-relative-import-across-packages',
      comment: 'Packages meet at their public names',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/(?!$1/)', dependencyTypes: ['local'] },
    },
    {
      name: 'no-node-in-portable-packages',
      comment: `${withoutNode.join(', ')} run in browsers`,
      severity: 'error',
      from: { path: shipped(withoutNode) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-tests-in-shipped-code',
      severity: 'error',
      from: { path: shipped(Object.keys(mayImport)) },
      to: { path: '\\.test\\.ts$|__fixtures__/' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: { path: shipped(Object.keys(mayImport)) },
      // What a build puts in is there when the bundle is.
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
  ],
  options: {
    exclude: '^packages/[^/]+/(dist|build|bin|templates)/',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['@testbench/source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
    },
  },
};
