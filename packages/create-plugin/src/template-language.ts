/** Languages with project templates. */
export const TEMPLATE_LANGUAGES = [
  'assemblyscript',
  'typescript',
  'javascript',
  'python',
  'rust',
  'c',
] as const;

/** One of {@link TEMPLATE_LANGUAGES}. */
export type TemplateLanguage = (typeof TEMPLATE_LANGUAGES)[number];
