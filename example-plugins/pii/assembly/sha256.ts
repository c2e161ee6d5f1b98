/** First 32 bits of the fractions of the cube roots of the first 64 primes. */
const ROUNDS: StaticArray<u32> = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
  0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
  0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
  0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
  0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
  0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/** SHA-256 of at most 55 bytes, which are one block. */
export function sha256(bytes: StaticArray<u8>): StaticArray<u8> {
  const words = new StaticArray<u32>(64);
  for (let index = 0; index < bytes.length; index++) words[index >> 2] |= <u32>bytes[index] << (24 - 8 * (index & 3));
  words[bytes.length >> 2] |= <u32>0x80 << (24 - 8 * (bytes.length & 3));
  words[15] = bytes.length * 8;
  for (let index = 16; index < 64; index++) {
    const a = words[index - 15];
    const b = words[index - 2];
    const low = rotr<u32>(a, 7) ^ rotr<u32>(a, 18) ^ (a >>> 3);
    const high = rotr<u32>(b, 17) ^ rotr<u32>(b, 19) ^ (b >>> 10);
    words[index] = words[index - 16] + low + words[index - 7] + high;
  }
  const state: StaticArray<u32> = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ];
  const first = state.slice<StaticArray<u32>>();
  for (let round = 0; round < 64; round++) {
    const a = state[0];
    const e = state[4];
    const high = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
    const choice = (e & state[5]) ^ (~e & state[6]);
    const next = state[7] + high + choice + ROUNDS[round] + words[round];
    const low = rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
    const majority = (a & state[1]) ^ (a & state[2]) ^ (state[1] & state[2]);
    for (let place = 7; place > 0; place--) state[place] = state[place - 1];
    state[4] += next;
    state[0] = next + low + majority;
  }
  const digest = new StaticArray<u8>(32);
  for (let index = 0; index < 32; index++) digest[index] = <u8>((first[index >> 2] + state[index >> 2]) >>> (24 - 8 * (index & 3)));
  return digest;
}
