import { TEMPLATE_LANGUAGES } from '@testbench/create-plugin';

import { COMPILED, testTemplates } from './test-templates.js';

await testTemplates(TEMPLATE_LANGUAGES.filter((language) => !COMPILED.includes(language)));
