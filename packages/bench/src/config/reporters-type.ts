import type { ReporterConfig, ReporterFormat } from './benchmark-config.js';
import { type ConfigType, either, listOf, shape } from './schema/config-type.js';
import { BOOLEAN, oneOf, PATH } from './schema/config-values.js';
import { refuse } from './stage-types.js';

/** Formats that can be named; `@testbench/report` has a reporter for each. */
const FORMATS = Object.keys({
  terminal: true,
  html: true,
  md: true,
  junit: true,
  csv: true,
  json: true,
  'every-eval-ever': true,
  'every-eval-ever-instances': true,
  otel: true,
} satisfies Readonly<Record<ReporterFormat, true>>) as ReporterFormat[];

const FORMAT = oneOf(FORMATS);

const REPORTER = shape<ReporterConfig>(
  {
    format: { type: FORMAT, description: 'A form of testbench report.' },
    module: {
      type: PATH,
      description:
        'A module of your own that exports a reporter. It is trusted: it runs with all that the command may do.',
    },
    output: {
      type: PATH,
      description:
        'The file to write. Default: report.html and so on in the folder of the run; stdout for terminal.',
    },
    withPlugins: {
      type: BOOLEAN,
      description: 'Of html alone: the page carries the evaluators, too. Default: false.',
    },
  },
  {
    schema: {
      oneOf: [{ required: ['format'] }, { required: ['module'] }],
      if: { required: ['withPlugins'] },
      // A keyword of JSON Schema, not a promise.
      // eslint-disable-next-line unicorn/no-thenable
      then: { required: ['format'], properties: { format: { const: 'html' } } },
    },
    check({ format, module, withPlugins }, node) {
      if ((format === undefined) === (module === undefined)) {
        refuse(node, 'expected exactly one of "format" and "module"');
      }
      if (withPlugins !== undefined && format !== 'html') {
        refuse(node, '"withPlugins" is for the format "html"');
      }
    },
  },
);

/** The reports to write when a run ends. */
export const REPORTERS: ConfigType<readonly (ReporterFormat | ReporterConfig)[]> = listOf(
  either<ReporterFormat, ReporterConfig>((value) => typeof value !== 'object', FORMAT, REPORTER),
);
