/** The id under which a plugin is loaded, in a system of its own. */
export const PLUGIN_ID = 'extism';
