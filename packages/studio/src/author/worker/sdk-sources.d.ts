/** Sources of `@testbench/plugins-sdk` by path within it; inserted when the worker is built. */
declare module 'virtual:sdk-sources' {
  export const SDK_SOURCES: Readonly<Record<string, string>>;
}
