/** Credentials for a registry. */
export interface RegistryCredentials {
  readonly username: string;
  /** Password or access token; goes only to the registry itself and to its token service. */
  readonly password: string;
  /** A refresh token, which is used in place of the password. */
  readonly identityToken?: string;
}

/** Finds the credentials for a host; undefined for none. Asked once, when the registry wants some. */
export type FindCredentials = (
  host: string,
) => Promise<RegistryCredentials | undefined> | RegistryCredentials | undefined;
