// A plugin for wasi-libc: it does everything through the C library.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXPORT(name) __attribute__((export_name(name)))

static const char METADATA[] = "{\"name\":\"wasi-c\",\"version\":\"1.0.0\",\"plugin_type\":\"custom\",\"api_version\":\"1.0.0\"}";
static char output[4096];
static int ready;

// Runs in _initialize: a reactor's constructors.
__attribute__((constructor)) static void prepare(void) { ready = 1; }

static int64_t pack(const char *text) {
  return ((int64_t)(uintptr_t)text << 32) | (int64_t)strlen(text);
}

EXPORT("plugin_alloc") void *plugin_alloc(int32_t size) { return malloc(size); }
EXPORT("plugin_free") void plugin_free(void *ptr, int32_t size) {
  (void)size;
  // The output and the metadata are not allocated by malloc.
  if (ptr != output && ptr != (const void *)METADATA) free(ptr);
}
EXPORT("plugin_metadata") int64_t plugin_metadata(void) { return pack(METADATA); }
EXPORT("plugin_init") int32_t plugin_init(const char *ptr, int32_t len) { (void)ptr; (void)len; return ready ? 0 : -1; }
EXPORT("plugin_shutdown") int32_t plugin_shutdown(void) { return 0; }

static int64_t answer(int code) {
  snprintf(output, sizeof output, "{\"data\":{\"code\":%d,\"errno\":%d}}", code, code < 0 ? errno : 0);
  return pack(output);
}

// The first letter of the data selects the action; the envelope begins with {"data":"
EXPORT("plugin_execute") int64_t plugin_execute(char *ptr, int32_t len) {
  char path[512] = {0};
  const char *start = ptr + 10;
  for (int at = 0; at < 511 && start + at < ptr + len && start[at] != '"'; at += 1) path[at] = start[at];
  errno = 0;
  switch (ptr[9]) {
    case 'p':
      printf("to stdout\n");
      fflush(stdout);
      fprintf(stderr, "to \x1b[31mstderr\n");
      return answer(0);
    case 't': {
      struct timespec now, fine;
      clock_gettime(CLOCK_REALTIME, &now);
      clock_gettime(CLOCK_MONOTONIC, &fine);
      snprintf(output, sizeof output, "{\"data\":{\"seconds\":%lld,\"rest\":%ld,\"fine\":%ld}}", (long long)now.tv_sec, now.tv_nsec % 1000000, fine.tv_nsec % 1000000);
      return pack(output);
    }
    case 'r': {
      uint8_t bytes[8];
      getentropy(bytes, sizeof bytes);
      snprintf(output, sizeof output, "{\"data\":\"%02x%02x%02x%02x%02x%02x%02x%02x\"}", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
      return pack(output);
    }
    case 'e':
      return answer(getenv("PATH") == NULL ? 0 : 1);
    case 'i': {
      char byte;
      return answer((int)read(0, &byte, 1));
    }
    case 'f': {
      FILE *file = fopen(path, "r");
      if (file == NULL) return answer(-1);
      char text[256] = {0};
      size_t count = fread(text, 1, sizeof text - 1, file);
      fclose(file);
      if (count == 0) return answer(-2);
      snprintf(output, sizeof output, "{\"data\":\"%s\"}", text);
      return pack(output);
    }
    case 'w': {
      FILE *file = fopen(path, "w");
      if (file == NULL) return answer(-1);
      int code = fputs("written", file);
      return answer(fclose(file) == 0 && code >= 0 ? 0 : -1);
    }
    case 's': {
      struct stat facts;
      int code = stat(path, &facts);
      return answer(code == 0 ? (int)facts.st_size : code);
    }
    case 'd': {
      DIR *folder = opendir(path);
      if (folder == NULL) return answer(-1);
      int count = 0;
      while (readdir(folder) != NULL) count += 1;
      closedir(folder);
      return answer(count);
    }
    case 'x':
      exit(7);
    case 'a':
      abort();
    default:
      return answer(-9);
  }
}
