/**
 * Creates a Testbench plugin: a project with a build, a test and a README.
 *
 * It is a separate package so that `npm create @testbench/plugin` downloads only a few files, and no compiler.
 *
 * @packageDocumentation
 */
export { askChoices, type Prompt } from './ask-choices.js';
export { createPlugin, type CreatedPlugin, type CreatePluginOptions } from './create-plugin.js';
export { describeCreated } from './describe-created.js';
export { openPrompt } from './open-prompt.js';
export { type CreateOutput, runCreateCommand } from './run-create-command.js';
export { ScaffoldError, type ScaffoldErrorCode } from './scaffold-error.js';
export { TEMPLATE_LANGUAGES, type TemplateLanguage } from './template-language.js';
