// echo_server [--hang | --tools COUNT]: the cheapest honest MCP server. It answers initialize,
// ping, tools/list and tools/call, echoes every id byte for byte, and writes once for each batch of
// lines it has read. With --hang it never answers anything, until its input ends; with --tools it
// lists so many tools, each as long as those of real servers are (about 400 bytes).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"

#define FIRST_TOOL                                                               \
  "{\"tools\":[{\"name\":\"echo\",\"description\":\"Answers ok.\","              \
  "\"inputSchema\":{\"type\":\"object\"}}"
#define FURTHER_TOOL                                                             \
  ",{\"name\":\"search_documents_%d\",\"description\":\"Searches the documents "  \
  "of a project for a text and returns the places where it stands, best first.\"," \
  "\"inputSchema\":{\"type\":\"object\",\"properties\":{\"query\":{\"type\":"       \
  "\"string\",\"description\":\"What to look for\"},\"limit\":{\"type\":"          \
  "\"integer\",\"minimum\":1,\"maximum\":100,\"description\":\"How many "         \
  "places\"}},\"required\":[\"query\"]},\"annotations\":{\"readOnlyHint\":true}}"
#define CALLED "{\"content\":[{\"type\":\"text\",\"text\":\"ok\"}]}"

// A growing run of bytes; `used` of them are meant.
struct bytes {
  char *at;
  size_t used, room;
};

static void need(struct bytes *bytes, size_t more) {
  if (bytes->room - bytes->used >= more) return;
  while (bytes->room - bytes->used < more) bytes->room = bytes->room ? bytes->room * 2 : 1 << 20;
  bytes->at = realloc(bytes->at, bytes->room);
  if (!bytes->at) exit(70);
}

static void add(struct bytes *bytes, const char *text, size_t size) {
  need(bytes, size);
  memcpy(bytes->at + bytes->used, text, size);
  bytes->used += size;
}

static void add_text(struct bytes *bytes, const char *text) { add(bytes, text, strlen(text)); }

static int tools = 1;

static void add_tools(struct bytes *out) {
  char text[600];
  add_text(out, FIRST_TOOL);
  for (int number = 1; number < tools; number++) {
    add(out, text, (size_t)snprintf(text, sizeof text, FURTHER_TOOL, number));
  }
  add_text(out, "]}");
}

// The revision the client asked for is the one it gets: this server has nothing that differs.
static void add_initialize(struct bytes *out, struct slice params) {
  struct slice version = json_member(params, "protocolVersion");
  add_text(out, "{\"protocolVersion\":");
  if (version.at) add(out, version.at, version.size);
  if (!version.at) add_text(out, "\"2025-06-18\"");
  add_text(out, ",\"capabilities\":{\"tools\":{}},");
  add_text(out, "\"serverInfo\":{\"name\":\"echo\",\"version\":\"1\"}}");
}

static void answer(struct slice line, struct bytes *out) {
  struct slice id = json_member(line, "id");
  struct slice method = json_member(line, "method");
  if (!id.at || !method.at) return;  // A notification, or an answer nobody asked for.
  add_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");
  add(out, id.at, id.size);
  add_text(out, ",\"result\":");
  if (slice_is(method, "\"tools/call\"")) {
    add_text(out, CALLED);
  } else if (slice_is(method, "\"tools/list\"")) {
    add_tools(out);
  } else if (slice_is(method, "\"initialize\"")) {
    add_initialize(out, json_member(line, "params"));
  } else if (slice_is(method, "\"ping\"")) {
    add_text(out, "{}");
  } else {
    out->used -= strlen("\"result\":");
    add_text(out, "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}");
  }
  add_text(out, "}\n");
}

static void write_all(struct bytes *out) {
  for (size_t sent = 0; sent < out->used;) {
    ssize_t written = write(1, out->at + sent, out->used - sent);
    if (written < 0) exit(0);
    sent += (size_t)written;
  }
  out->used = 0;
}

int main(int count, char **arguments) {
  int hangs = count > 1 && strcmp(arguments[1], "--hang") == 0;
  if (count > 2 && strcmp(arguments[1], "--tools") == 0) tools = atoi(arguments[2]);
  struct bytes in = {0, 0, 0}, out = {0, 0, 0};
  size_t searched = 0;
  for (;;) {
    need(&in, 1 << 18);
    ssize_t got = read(0, in.at + in.used, in.room - in.used);
    if (got <= 0) return 0;
    in.used += (size_t)got;
    if (hangs) {
      in.used = 0;
      continue;
    }
    size_t start = 0;
    char *newline;
    while ((newline = memchr(in.at + searched, '\n', in.used - searched))) {
      size_t end = (size_t)(newline - in.at);
      answer((struct slice){in.at + start, end - start}, &out);
      start = searched = end + 1;
    }
    memmove(in.at, in.at + start, in.used - start);
    in.used -= start;
    searched = in.used;
    if (out.used) write_all(&out);
  }
}
