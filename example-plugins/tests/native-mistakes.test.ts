import { BuildError } from '@testbench/sdk';
import { describe, expect, it } from 'vitest';

import { buildFrom } from './native-project.js';

/** What the build reports; undefined if there is no compiler. */
async function complaint(
  files: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<string | undefined> {
  try {
    return (await buildFrom(files, flags)) && 'it builds';
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return error.message;
  }
}

const HEAD = '#include "testbench.h"\nstatic void execute(const tb_json *data, tb_writer *out) {';
const METADATA =
  '"name": "x",\n  "version": "1.0.0",\n  "plugin_type": "custom",\n  "api_version": "1.0.0"';
const inC = (body: string, metadata = METADATA, more = ''): Record<string, string> => ({
  'src/plugin.c': `${HEAD} ${body} }\n${more}\nTESTBENCH_PLUGIN(0, execute, {\n  ${metadata}\n})\n`,
});
const ECHO = 'tb_put_json(out, data);';
const canC = (await complaint(inC(ECHO))) === 'it builds';

describe('a mistake in C (needs its compiler)', () => {
  it
    .skipIf(!canC)
    .each<[what: string, files: Record<string, string>, message: string, flags?: string[]]>([
      [
        'a syntax error',
        inC('tb_put_json(out, data)'),
        "src/plugin.c:2:82: expected ';' after expression",
      ],
      [
        'a name that is not there',
        inC('tb_put_json(out, dta);'),
        "src/plugin.c:2:77: use of undeclared identifier 'dta'; did you mean 'data'?",
      ],
      [
        'a function of the C library',
        inC(
          'extern unsigned long strlen(const char *); tb_put_number(out, strlen((const char *)data));',
        ),
        'src/plugin.c: undefined symbol "strlen"; a plugin has no C library, use what testbench.h offers',
      ],
      [
        'no exports',
        { 'src/plugin.c': 'int unused;\n' },
        'src/plugin.c: export "plugin_execute": it is missing; write TESTBENCH_PLUGIN(…) behind the functions',
      ],
      [
        'a wrong api version',
        inC(ECHO, METADATA.replace('"api_version": "1.0.0"', '"api_version": "2.1.0"')),
        'src/plugin.c:8:4: metadata field "api_version": it is made for contract 2.1.0, hosts speak 1.0.0; set it to "1.0.0"',
      ],
      [
        'a host that is too old',
        inC(ECHO, `${METADATA},\n  "min_host_version": "1.10.0"`),
        'src/plugin.c:9:4: metadata field "min_host_version": it is 1.10.0, hosts speak contract 1.0.0; lower it',
      ],
      [
        'metadata without a version',
        inC(ECHO, METADATA.replace('"version": "1.0.0",\n', '')),
        'src/plugin.c: Cannot read metadata field "version": it is missing',
      ],
      [
        'metadata that is not JSON',
        inC(ECHO, '"name": x'),
        'src/plugin.c: Cannot read metadata: not valid JSON',
      ],
      [
        'a section that says something else',
        inC(
          ECHO,
          METADATA,
          String.raw`__asm__(".section .custom_section.testbench.plugin,\"\",@\n.ascii \"{\\\"name\\\":\\\"y\\\",\\\"version\\\":\\\"1.0.0\\\",\\\"plugin_type\\\":\\\"custom\\\",\\\"api_version\\\":\\\"1.0.0\\\"}\"\n");`,
        ),
        'src/plugin.c:3:74: metadata field "name": plugin_metadata says "x", the custom section "y"; write it in one place, and build again',
      ],
      [
        'an import that no host has',
        {
          'src/plugin.c': `#include "testbench.h"
TB_IMPORT(host_magic) int32_t magic(void);
static void execute(const tb_json *data, tb_writer *out) { tb_put_number(out, magic()); }
TESTBENCH_PLUGIN(0, execute, { ${METADATA} })
`,
        },
        'src/plugin.c:2:11: import "env.host_magic": ',
      ],
      ['too much memory', inC(ECHO), 'src/plugin.c: ', ['-Wl,--initial-memory=83886080']],
    ])('is explained: %s', async (_what, files, message, flags) => {
    expect(await complaint(files, flags)).toContain(`Cannot build ${message}`);
  });
});

const RUST = `use testbench::{Failure, Json, Plugin};
struct Echo;
impl Plugin for Echo {
    const METADATA: &'static str = r#"{
        "name": "echo",
        "version": "1.0.0",
        "plugin_type": "custom",
        "api_version": "1.0.0"
    }"#;
    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok(Echo)
    }
    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        Ok(data.clone())
    }
}
testbench::export!(Echo);
`;
const canRust = (await complaint({ 'src/lib.rs': RUST })) === 'it builds';

describe('a mistake in Rust (needs rustc for wasm32)', () => {
  it.skipIf(!canRust).each<[what: string, source: string, message: string]>([
    [
      'a type that does not fit',
      RUST.replace('Ok(data.clone())', 'Ok(data)'),
      'src/lib.rs:14:12: mismatched types',
    ],
    [
      'a name that is not there',
      RUST.replace('data.clone()', 'dta.clone()'),
      'src/lib.rs:14:12: cannot find value `dta` in this scope; a local variable with a similar name exists, did you mean "data"?',
    ],
    [
      'no exports',
      RUST.replace('testbench::export!(Echo);', ''),
      'src/lib.rs: export "plugin_execute": it is missing; write `testbench::export!(YourPlugin);` behind the plugin',
    ],
    [
      'a wrong api version',
      RUST.replace('"api_version": "1.0.0"', '"api_version": "0.9.0"'),
      'src/lib.rs:8:10: metadata field "api_version": it is made for contract 0.9.0, hosts speak 1.0.0; set it to "1.0.0"',
    ],
  ])('is explained: %s', async (_what, source, message) => {
    expect(await complaint({ 'src/lib.rs': source })).toContain(`Cannot build ${message}`);
  });

  it.skipIf(!canRust)('is explained: a library that is no module', async () => {
    const manifest = '[package]\nname = "x"\nversion = "1.0.0"\nedition = "2021"\n';
    expect(await complaint({ 'src/lib.rs': '', 'Cargo.toml': manifest })).toBe(
      'Cannot build Cargo.toml: it makes no WebAssembly; give [lib] the line crate-type = ["cdylib"]',
    );
  });
});
