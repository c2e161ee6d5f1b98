/**
 * Decides which modules may be loaded, and what a plugin may do.
 *
 * It is a separate package so that a module can be checked without an engine: nothing here runs any code.
 *
 * @packageDocumentation
 */
export { type Admission, admitModule } from './admission/admit-module.js';
export type { AdmissionMeasure } from './admission/measure-module.js';
export type { AllowedImports } from './admission/check-imports.js';
export {
  type AdmissionOptions,
  type AdmissionReport,
  checkModule,
  requireReadable,
} from './admission/check-module.js';
export { DEFAULT_FEATURES, type FeatureSet, readFeatures } from './features.js';
export { type AdmissionCaps, DEFAULT_CAPS, readCaps } from './limits.js';
export { type DirectoryGrant, innermostDirectory } from './permissions/directory-grant.js';
export { PolicyGrants, type PolicyEntry, type PolicySubject } from './permissions/policy-grants.js';
export { PermissionSet } from './permissions/permission-set.js';
