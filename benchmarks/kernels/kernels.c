// Kernels of the run-time benchmarks. Each takes a size and returns a checksum. They use no library, so that the same file
// compiles for WebAssembly and for the machine.
#include <stdint.h>

#ifdef __wasm__
#define KERNEL(name) __attribute__((export_name(#name))) uint32_t name(uint32_t n)
#else
#define KERNEL(name) uint32_t name(uint32_t n)
#endif
#define NOINLINE __attribute__((noinline))

static uint32_t state = 1;
static uint32_t next(void) { return state = state * 1664525u + 1013904223u; }
static void seed(uint32_t value) { state = value; }

// ---- numeric loops, in the shape of PolyBench
#define M 160
static double A[M][M], B[M][M], C[M][M];
static double x[M], y[M];
static void fill(void) {
  for (int i = 0; i < M; i++) {
    x[i] = i * 0.5; y[i] = 0;
    for (int j = 0; j < M; j++) { A[i][j] = (i * j % 7) + 1; B[i][j] = (i + j) % 5; C[i][j] = 0; }
  }
}
static uint32_t sum(double (*m)[M]) {
  double s = 0;
  for (int i = 0; i < M; i++) for (int j = 0; j < M; j++) s += m[i][j];
  return (uint32_t)(int64_t)s;
}
KERNEL(gemm) {
  fill();
  for (uint32_t r = 0; r < n; r++)
    for (int i = 0; i < M; i++) for (int k = 0; k < M; k++) for (int j = 0; j < M; j++) C[i][j] += A[i][k] * B[k][j];
  return sum(C);
}
KERNEL(jacobi) {
  fill();
  for (uint32_t r = 0; r < n; r++) {
    for (int i = 1; i < M - 1; i++) for (int j = 1; j < M - 1; j++)
      B[i][j] = 0.2 * (A[i][j] + A[i][j - 1] + A[i][j + 1] + A[i - 1][j] + A[i + 1][j]);
    for (int i = 1; i < M - 1; i++) for (int j = 1; j < M - 1; j++) A[i][j] = B[i][j];
  }
  return sum(A);
}
KERNEL(mvt) {
  fill();
  for (uint32_t r = 0; r < n; r++) {
    for (int i = 0; i < M; i++) for (int j = 0; j < M; j++) y[i] += A[i][j] * x[j];
    for (int i = 0; i < M; i++) for (int j = 0; j < M; j++) x[i] += 1e-9 * A[j][i] * y[j];
  }
  return (uint32_t)(int64_t)(y[3] + x[5]);
}
static int dist[M][M];
KERNEL(floyd) {
  seed(7);
  for (int i = 0; i < M; i++) for (int j = 0; j < M; j++) dist[i][j] = next() % 1000 + 1;
  for (uint32_t r = 0; r < n; r++)
    for (int k = 0; k < M; k++) for (int i = 0; i < M; i++) for (int j = 0; j < M; j++)
      if (dist[i][k] + dist[k][j] < dist[i][j]) dist[i][j] = dist[i][k] + dist[k][j];
  return dist[3][M - 1] + dist[M / 2][1];
}
KERNEL(mandelbrot) {
  uint32_t total = 0;
  for (uint32_t py = 0; py < n; py++) for (uint32_t px = 0; px < n; px++) {
    double cx = px * 3.0 / n - 2.0, cy = py * 2.0 / n - 1.0, zx = 0, zy = 0;
    int i = 0;
    while (i < 200 && zx * zx + zy * zy < 4) { double t = zx * zx - zy * zy + cx; zy = 2 * zx * zy + cy; zx = t; i++; }
    total += i;
  }
  return total;
}
typedef struct { double x, y, z, vx, vy, vz, m; } Body;
KERNEL(nbody) {
  Body b[5];
  for (int i = 0; i < 5; i++) b[i] = (Body){i * 1.1, i * i * 0.7, i * 0.3, 0.1 * i, 0.2, 0.05 * i, 1.0 + i};
  for (uint32_t s = 0; s < n; s++) {
    for (int i = 0; i < 5; i++) for (int j = i + 1; j < 5; j++) {
      double dx = b[i].x - b[j].x, dy = b[i].y - b[j].y, dz = b[i].z - b[j].z;
      double d2 = dx * dx + dy * dy + dz * dz + 0.01, mag = 0.001 / (d2 * __builtin_sqrt(d2));
      b[i].vx -= dx * b[j].m * mag; b[i].vy -= dy * b[j].m * mag; b[i].vz -= dz * b[j].m * mag;
      b[j].vx += dx * b[i].m * mag; b[j].vy += dy * b[i].m * mag; b[j].vz += dz * b[i].m * mag;
    }
    for (int i = 0; i < 5; i++) { b[i].x += 0.001 * b[i].vx; b[i].y += 0.001 * b[i].vy; b[i].z += 0.001 * b[i].vz; }
  }
  return (uint32_t)(int64_t)(b[0].x * 1e6);
}

// ---- integers and bytes
#define N 65536
static uint32_t data[N], other[N];
static uint8_t bytes[N], out[2 * N];
KERNEL(sieve) {
  uint32_t found = 0;
  for (uint32_t r = 0; r < n; r++) {
    for (uint32_t i = 0; i < N; i++) bytes[i] = 1;
    for (uint32_t i = 2; i * i < N; i++) if (bytes[i]) for (uint32_t j = i * i; j < N; j += i) bytes[j] = 0;
    for (uint32_t i = 2; i < N; i++) found += bytes[i];
  }
  return found;
}
static void quick(uint32_t *a, int lo, int hi) {
  while (lo < hi) {
    uint32_t p = a[(lo + hi) / 2]; int i = lo, j = hi;
    while (i <= j) {
      while (a[i] < p) i++;
      while (a[j] > p) j--;
      if (i <= j) { uint32_t t = a[i]; a[i++] = a[j]; a[j--] = t; }
    }
    if (j - lo < hi - i) { quick(a, lo, j); lo = i; } else { quick(a, i, hi); hi = j; }
  }
}
KERNEL(quicksort) {
  uint32_t s = 0;
  for (uint32_t r = 0; r < n; r++) {
    seed(r + 1);
    for (int i = 0; i < N; i++) data[i] = next();
    quick(data, 0, N - 1);
    s ^= data[N / 3];
  }
  return s;
}
KERNEL(heapsort) {
  seed(3);
  for (int i = 0; i < N; i++) data[i] = next();
  for (uint32_t r = 0; r < n; r++) {
    uint32_t *a = data; int count = N;
    for (int i = 0; i < N; i += 16) a[i] = next();
    for (int start = count / 2 - 1, end = count; end > 1;) {
      if (start >= 0) start--; else { end--; uint32_t t = a[end]; a[end] = a[0]; a[0] = t; }
      int root = start >= 0 ? start : 0;
      for (int child; (child = 2 * root + 1) < end; root = child) {
        if (child + 1 < end && a[child] < a[child + 1]) child++;
        if (a[root] >= a[child]) break;
        uint32_t t = a[root]; a[root] = a[child]; a[child] = t;
      }
    }
  }
  return data[N / 2];
}
static uint32_t table[256];
KERNEL(crc32) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  for (uint32_t i = 0; i < N; i++) bytes[i] = i * 31;
  uint32_t c = ~0u;
  for (uint32_t r = 0; r < n; r++) for (uint32_t i = 0; i < N; i++) c = table[(c ^ bytes[i]) & 255] ^ (c >> 8);
  return ~c;
}
KERNEL(fnv) {
  for (uint32_t i = 0; i < N; i++) bytes[i] = i * 17;
  uint32_t h = 2166136261u;
  for (uint32_t r = 0; r < n; r++) for (uint32_t i = 0; i < N; i++) h = (h ^ bytes[i]) * 16777619u;
  return h;
}
static const uint32_t K[64] = {
  0x428a2f98,0x71374491,0xb5c0fbcf,0xe9b5dba5,0x3956c25b,0x59f111f1,0x923f82a4,0xab1c5ed5,0xd807aa98,0x12835b01,0x243185be,0x550c7dc3,0x72be5d74,0x80deb1fe,0x9bdc06a7,0xc19bf174,
  0xe49b69c1,0xefbe4786,0x0fc19dc6,0x240ca1cc,0x2de92c6f,0x4a7484aa,0x5cb0a9dc,0x76f988da,0x983e5152,0xa831c66d,0xb00327c8,0xbf597fc7,0xc6e00bf3,0xd5a79147,0x06ca6351,0x14292967,
  0x27b70a85,0x2e1b2138,0x4d2c6dfc,0x53380d13,0x650a7354,0x766a0abb,0x81c2c92e,0x92722c85,0xa2bfe8a1,0xa81a664b,0xc24b8b70,0xc76c51a3,0xd192e819,0xd6990624,0xf40e3585,0x106aa070,
  0x19a4c116,0x1e376c08,0x2748774c,0x34b0bcb5,0x391c0cb3,0x4ed8aa4a,0x5b9cca4f,0x682e6ff3,0x748f82ee,0x78a5636f,0x84c87814,0x8cc70208,0x90befffa,0xa4506ceb,0xbef9a3f7,0xc67178f2};
#define ROT(v, b) (((v) >> (b)) | ((v) << (32 - (b))))
KERNEL(sha256) {
  uint32_t h[8] = {1, 2, 3, 4, 5, 6, 7, 8}, w[64];
  for (uint32_t r = 0; r < n; r++) {
    for (int i = 0; i < 16; i++) w[i] = r * 16 + i;
    for (int i = 16; i < 64; i++) {
      uint32_t a = ROT(w[i - 15], 7) ^ ROT(w[i - 15], 18) ^ (w[i - 15] >> 3), b = ROT(w[i - 2], 17) ^ ROT(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    uint32_t v[8];
    for (int i = 0; i < 8; i++) v[i] = h[i];
    for (int i = 0; i < 64; i++) {
      uint32_t t1 = v[7] + (ROT(v[4], 6) ^ ROT(v[4], 11) ^ ROT(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
      uint32_t t2 = (ROT(v[0], 2) ^ ROT(v[0], 13) ^ ROT(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
      v[7] = v[6]; v[6] = v[5]; v[5] = v[4]; v[4] = v[3] + t1; v[3] = v[2]; v[2] = v[1]; v[1] = v[0]; v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) h[i] += v[i];
  }
  return h[0] ^ h[7];
}
KERNEL(levenshtein) {
  static uint8_t a[512], b[512];
  static uint32_t row[513];
  uint32_t s = 0;
  seed(5);
  for (int i = 0; i < 512; i++) { a[i] = next() >> 28; b[i] = next() >> 28; }
  for (uint32_t r = 0; r < n; r++) {
    a[r & 511] ^= 1;
    for (uint32_t j = 0; j <= 512; j++) row[j] = j;
    for (uint32_t i = 1; i <= 512; i++) {
      uint32_t diagonal = row[0]; row[0] = i;
      for (uint32_t j = 1; j <= 512; j++) {
        uint32_t best = diagonal + (a[i - 1] != b[j - 1]), up = row[j] + 1, left = row[j - 1] + 1;
        diagonal = row[j];
        if (up < best) best = up;
        if (left < best) best = left;
        row[j] = best;
      }
    }
    s += row[512];
  }
  return s;
}
KERNEL(knapsack) {
  for (uint32_t r = 0; r < n; r++) {
    for (int w = 0; w < 4096; w++) data[w] = 0;
    seed(r + 2);
    for (int i = 0; i < 64; i++) {
      uint32_t weight = next() % 100 + 1, value = next() % 1000;
      for (uint32_t w = 4095; w >= weight; w--) { uint32_t v = data[w - weight] + value; if (v > data[w]) data[w] = v; }
    }
  }
  return data[4095];
}
KERNEL(tokenize) {
  static const char text[] = "let total = 12.5 * (alpha_1 + beta) // note\nif (x >= 10) { return \"str\\n\" + y; }\n";
  for (uint32_t i = 0; i < N; i++) bytes[i] = text[i % (sizeof text - 1)];
  uint32_t tokens = 0;
  for (uint32_t r = 0; r < n; r++) {
    uint32_t i = 0;
    while (i < N) {
      uint8_t c = bytes[i];
      switch (c) {
        case ' ': case '\n': i++; break;
        case '"': i++; while (i < N && bytes[i] != '"') i += bytes[i] == '\\' ? 2 : 1; i++; tokens++; break;
        case '/': while (i < N && bytes[i] != '\n') i++; tokens++; break;
        case '(': case ')': case '{': case '}': case ';': case '*': case '+': i++; tokens += 2; break;
        case '=': case '>': i++; if (i < N && bytes[i] == '=') i++; tokens++; break;
        default:
          if (c >= '0' && c <= '9') { while (i < N && ((bytes[i] >= '0' && bytes[i] <= '9') || bytes[i] == '.')) i++; tokens += 3; }
          else { while (i < N && ((bytes[i] >= 'a' && bytes[i] <= 'z') || bytes[i] == '_' || (bytes[i] >= '0' && bytes[i] <= '9'))) i++; tokens += 5; i += bytes[i - 1] == c && c < 'a'; }
      }
    }
  }
  return tokens;
}
KERNEL(machine) {
  static const uint8_t program[] = {0, 5, 1, 3, 4, 2, 6, 1, 0, 7, 3, 2, 4, 8, 1, 9};
  uint32_t a = 1, b = 2, pc = 0, steps = n;
  while (steps--) {
    switch (program[pc & 15]) {
      case 0: a += b; break;
      case 1: b ^= a >> 3; break;
      case 2: a *= 3; break;
      case 3: b -= a; break;
      case 4: a = ROT(a, 5); break;
      case 5: b = b * 5 + 1; break;
      case 6: if (a & 1) pc += 2; break;
      case 7: a ^= b; break;
      case 8: b = ~b; break;
      default: a += 7;
    }
    pc++;
  }
  return a ^ b;
}
KERNEL(base64) {
  static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (uint32_t i = 0; i < N; i++) bytes[i] = i * 7;
  uint32_t s = 0;
  for (uint32_t r = 0; r < n; r++) {
    uint32_t o = 0;
    for (uint32_t i = 0; i + 2 < N; i += 3) {
      uint32_t v = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
      out[o] = set[v >> 18]; out[o + 1] = set[v >> 12 & 63]; out[o + 2] = set[v >> 6 & 63]; out[o + 3] = set[v & 63];
      o += 4;
    }
    s += out[r & 0xffff];
  }
  return s;
}
KERNEL(bytes_copy) {
  uint32_t s = 0;
  for (uint32_t i = 0; i < N; i++) bytes[i] = i;
  for (uint32_t r = 0; r < n; r++) {
    uint32_t o = 0;
    for (uint32_t i = 0; i < N; i++) { uint8_t c = bytes[i]; if (c == '"' || c == '\\') out[o++] = '\\'; out[o++] = c; }
    s += o;
  }
  return s;
}

// ---- calls
NOINLINE static uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
KERNEL(fib) { return fibonacci(n); }
NOINLINE static int32_t tarai(int32_t a, int32_t b, int32_t c) {
  return b >= a ? c : tarai(tarai(a - 1, b, c), tarai(b - 1, c, a), tarai(c - 1, a, b));
}
KERNEL(tak) { return tarai(n, n * 2 / 3, n / 3); }
NOINLINE static uint32_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all) return 1;
  uint32_t found = 0;
  for (uint32_t free = all & ~(columns | left | right); free; free &= free - 1) {
    uint32_t bit = free & -free;
    found += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return found;
}
KERNEL(queens) { return place((1u << n) - 1, 0, 0, 0); }
typedef uint32_t (*Operation)(uint32_t);
static uint32_t op_a(uint32_t v) { return v + 3; }
static uint32_t op_b(uint32_t v) { return v * 5; }
static uint32_t op_c(uint32_t v) { return v ^ (v >> 7); }
static uint32_t op_d(uint32_t v) { return v - 11; }
static Operation operations[4] = {op_a, op_b, op_c, op_d};
KERNEL(indirect) {
  uint32_t v = 1;
  Operation *volatile pointer = operations;
  Operation *list = pointer;
  for (uint32_t i = 0; i < n; i++) v = list[(i ^ (v >> 16)) & 3](v);
  return v;
}
typedef struct Tree { struct Tree *left, *right; } Tree;
static Tree pool[1 << 16];
static uint32_t used;
NOINLINE static Tree *grow(uint32_t depth) {
  Tree *tree = &pool[used++];
  if (depth == 0) { tree->left = tree->right = 0; return tree; }
  tree->left = grow(depth - 1);
  tree->right = grow(depth - 1);
  return tree;
}
NOINLINE static uint32_t count(const Tree *tree) { return tree->left ? 1 + count(tree->left) + count(tree->right) : 1; }
KERNEL(trees) {
  uint32_t s = 0;
  for (uint32_t r = 0; r < n; r++) { used = 0; s += count(grow(14)); }
  return s;
}

KERNEL(lu) {
  uint32_t s = 0;
  for (uint32_t r = 0; r < n; r++) {
    fill();
    for (int i = 0; i < M; i++) A[i][i] += 8 * M;
    for (int k = 0; k < M; k++) for (int i = k + 1; i < M; i++) {
      double f = A[i][k] /= A[k][k];
      for (int j = k + 1; j < M; j++) A[i][j] -= f * A[k][j];
    }
    s += sum(A);
  }
  return s;
}
// Greedy matches of at least four bytes, found through one table of the last positions.
static uint32_t last[4096];
KERNEL(lz) {
  uint32_t s = 0;
  seed(11);
  for (uint32_t i = 0; i < N; i++) bytes[i] = (next() >> 20) % 50 && i > 99 ? bytes[i - 37 - i / 1000] : next() >> 26;
  for (uint32_t r = 0; r < n; r++) {
    uint32_t i = 0, o = 0;
    for (int j = 0; j < 4096; j++) last[j] = 0;
    while (i + 4 < N) {
      uint32_t word = bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | (uint32_t)bytes[i + 3] << 24;
      uint32_t slot = word * 2654435761u >> 20, from = last[slot], length = 0;
      last[slot] = i;
      if (from < i && i - from < 65536) while (length < 255 && i + length < N && bytes[from + length] == bytes[i + length]) length++;
      if (length < 4) { out[o++] = 0; out[o++] = bytes[i++]; }
      else { out[o++] = length; out[o++] = i - from; out[o++] = (i - from) >> 8; i += length; }
    }
    for (uint32_t j = 0; j < o; j++) s = s * 31 + out[j];
  }
  return s;
}
KERNEL(utf8) {
  static const uint8_t text[] = "plain text, \xc3\xa9t\xc3\xa9, \xe2\x82\xac 5, \xf0\x9f\x98\x80 and more plain text; ";
  for (uint32_t i = 0; i < N; i++) bytes[i] = text[i % (sizeof text - 1)];
  uint32_t points = 0;
  for (uint32_t r = 0; r < n; r++) {
    for (uint32_t i = 0; i + 4 < N; points++) {
      uint32_t c = bytes[i++], more, low;
      if (c < 0x80) continue;
      if (c >= 0xc2 && c < 0xe0) { more = 1; low = 0x80; c &= 31; }
      else if (c >= 0xe0 && c < 0xf0) { more = 2; low = 0x800; c &= 15; }
      else if (c >= 0xf0 && c < 0xf5) { more = 3; low = 0x10000; c &= 7; }
      else return i;
      while (more--) { if ((bytes[i] & 0xc0) != 0x80) return i; c = c << 6 | (bytes[i++] & 63); }
      if (c < low || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return i;
    }
  }
  return points;
}
// Open addressing; half of the slots are used.
KERNEL(hashmap) {
  uint32_t s = 0;
  for (uint32_t r = 0; r < n; r++) {
    for (uint32_t i = 0; i < N; i++) data[i] = 0;
    seed(r + 9);
    for (uint32_t i = 0; i < N; i++) {
      uint32_t key = next() % (N / 2) + 1, slot = key * 2654435761u >> 16;
      while (data[slot] && data[slot] != key) slot = (slot + 1) & (N - 1);
      if (data[slot]) other[slot]++; else { data[slot] = key; other[slot] = 1; }
    }
    for (uint32_t i = 0; i < N; i++) if (data[i]) s += other[i] * data[i];
  }
  return s;
}

#ifndef __wasm__
// Prints name, checksum and CPU time in microseconds of each kernel in the arguments: name size ... A first, untimed run
// touches the memory.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define ROW(name) {#name, name}
static const struct { const char *name; uint32_t (*run)(uint32_t); } kernels[] = {
  ROW(gemm), ROW(jacobi), ROW(mvt), ROW(floyd), ROW(mandelbrot), ROW(nbody), ROW(sieve), ROW(quicksort), ROW(heapsort), ROW(crc32),
  ROW(fnv), ROW(sha256), ROW(levenshtein), ROW(knapsack), ROW(tokenize), ROW(machine), ROW(base64), ROW(bytes_copy), ROW(fib),
  ROW(tak), ROW(queens), ROW(indirect), ROW(trees), ROW(lu), ROW(lz), ROW(utf8), ROW(hashmap)};
int main(int argc, char **argv) {
  for (int i = 1; i + 1 < argc; i += 2)
    for (unsigned k = 0; k < sizeof kernels / sizeof *kernels; k++)
      if (!strcmp(kernels[k].name, argv[i])) {
        struct timespec a, b;
        uint32_t (*volatile run)(uint32_t) = kernels[k].run;
        run((uint32_t)atoi(argv[i + 1]));
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
        uint32_t result = run((uint32_t)atoi(argv[i + 1]));
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
        printf("%s %u %.1f\n", argv[i], result, (b.tv_sec - a.tv_sec) * 1e6 + (b.tv_nsec - a.tv_nsec) / 1e3);
      }
}
#endif
