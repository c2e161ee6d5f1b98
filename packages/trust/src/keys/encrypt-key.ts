import { createCipheriv, randomBytes, scrypt, type KeyObject } from 'node:crypto';

import { SCRYPT } from '../limits.js';

const SALT_BYTES = 16;
const KEY_BYTES = 32;
const IV_BYTES = 16;

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;

/** Values of the three object identifiers, in DER. */
const PBES2 = '2a864886f70d01050d';
const ID_SCRYPT = '2b06010401da47040b';
const AES_256_CBC = '60864801650304012a';

/**
 * Encrypts a private key with a passphrase: PKCS #8 with PBES2, scrypt and AES-256, in PEM.
 *
 * Node itself writes 2,048 rounds of PBKDF2, which a graphics card tries a million times a second. OpenSSL reads this form.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7914#section-7
 */
export async function encryptKey(key: KeyObject, passphrase: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const secret = await derive(passphrase, salt);
  const cipher = createCipheriv('aes-256-cbc', secret, iv);
  const plain = key.export({ format: 'der', type: 'pkcs8' });
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  plain.fill(0);
  secret.fill(0);

  const kdf = sequence(
    oid(ID_SCRYPT),
    sequence(element(OCTET_STRING, salt), integer(SCRYPT.N), integer(SCRYPT.r), integer(SCRYPT.p)),
  );
  const scheme = sequence(oid(AES_256_CBC), element(OCTET_STRING, iv));
  const der = sequence(
    sequence(oid(PBES2), sequence(kdf, scheme)),
    element(OCTET_STRING, encrypted),
  );
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const label = 'ENCRYPTED PRIVATE KEY';
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function derive(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const cost = { ...SCRYPT, maxmem: 64 * 1024 * 1024 };
    scrypt(passphrase, salt, KEY_BYTES, cost, (error, secret) => {
      if (error === null) resolve(secret);
      else reject(error);
    });
  });
}

function sequence(...elements: readonly Buffer[]): Buffer {
  return element(SEQUENCE, Buffer.concat(elements));
}

function oid(hex: string): Buffer {
  return element(OBJECT_IDENTIFIER, Buffer.from(hex, 'hex'));
}

function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  // A leading 1 bit would make it negative.
  return element(INTEGER, bytes[0]! < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const prefix =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...prefix), content]);
}
