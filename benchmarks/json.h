// Just enough JSON for the benchmark programs: find a member of an object in one line of bytes.
// The input is trusted to be valid JSON; a damaged line ends in a wrong answer, never a bad read.
#ifndef BENCHMARK_JSON_H
#define BENCHMARK_JSON_H

#include <stdbool.h>
#include <string.h>

// A stretch of bytes inside a line; `at` is null where there is none.
struct slice {
  const char *at;
  size_t size;
};

static inline const char *json_blank(const char *p, const char *end) {
  while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) p++;
  return p;
}

// `p` is at the opening quote; returns the byte after the closing one.
static inline const char *json_string(const char *p, const char *end) {
  const char *from = p + 1;
  while (from < end) {
    const char *quote = memchr(from, '"', (size_t)(end - from));
    if (!quote) return end;
    const char *before = quote;
    while (before > p + 1 && before[-1] == '\\') before--;
    if ((quote - before) % 2 == 0) return quote + 1;
    from = quote + 1;
  }
  return end;
}

// Returns the byte after the value that begins at `p`.
static inline const char *json_skip(const char *p, const char *end) {
  if (p < end && *p == '"') return json_string(p, end);
  int depth = 0;
  while (p < end) {
    char c = *p;
    if (c == '"') {
      p = json_string(p, end);
      continue;
    }
    if (c == '{' || c == '[') depth++;
    if (c == '}' || c == ']') {
      if (depth == 0) return p;
      if (--depth == 0) return p + 1;
    }
    if (depth == 0 && (c == ',' || c == ' ' || c == '\t')) return p;
    p++;
  }
  return end;
}

// The value of the member `name` of the object at `object`, whatever the order of its members.
static inline struct slice json_member(struct slice object, const char *name) {
  struct slice none = {0, 0};
  size_t length = strlen(name);
  if (!object.at) return none;
  const char *end = object.at + object.size;
  const char *p = json_blank(object.at, end);
  if (p >= end || *p != '{') return none;
  p++;
  while (p < end) {
    p = json_blank(p, end);
    if (p < end && *p == ',') p = json_blank(p + 1, end);
    if (p >= end || *p != '"') return none;
    const char *key = p + 1;
    p = json_string(p, end);
    size_t size = (size_t)(p - key) - 1;
    p = json_blank(p, end);
    if (p >= end || *p != ':') return none;
    const char *value = json_blank(p + 1, end);
    p = json_skip(value, end);
    if (size == length && memcmp(key, name, length) == 0) {
      return (struct slice){value, (size_t)(p - value)};
    }
  }
  return none;
}

static inline bool slice_is(struct slice slice, const char *text) {
  return slice.at && slice.size == strlen(text) && memcmp(slice.at, text, slice.size) == 0;
}

#endif
