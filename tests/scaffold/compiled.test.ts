import { COMPILED, testTemplates } from './test-templates.js';

await testTemplates(COMPILED);
