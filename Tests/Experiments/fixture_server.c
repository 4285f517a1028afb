// fixture_server: an MCP server whose deeds can be counted. See --help below for its options.
//
// Every execution of a tool leaves lines in the ledger, each by one write to a file opened with
// O_APPEND, so that whoever is killed at any instant leaves the truth behind:
//   S NAME PID      started                R NAME PID TAG  refused, not run
//   X NAME PID      exits as --exit-if said  B NAME PID TAG  began to run
//   E NAME PID TAG  has run; the answer is written next
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"

static const char *usage =
    "usage: fixture_server [OPTIONS]\n"
    "  --name NAME      in the ledger and in answers\n"
    "  --ledger FILE    see the head of the source\n"
    "  --grandchild     fork a process that holds the pipes and sleeps\n"
    "  --ignore-term    survive SIGTERM and SIGHUP; the grandchild, too\n"
    "  --ignore-eof     survive the end of input\n"
    "  --exit-if FILE   exit with code 1 at the start if the file is there; comes last\n"
    "  --limit N/MS     run N calls in each span; refuse the rest, with retryAfterMs\n"
    "  --mark TEXT      ignored; for finding the process\n"
    "Tools: note (writes) and look (reads only) take tag, ms before the answer, bytes of the\n"
    "answer; hang runs and never answers; deaf answers and never reads again.\n";

#define TOOL(name, more) "{\"name\":\"" name "\",\"inputSchema\":{\"type\":\"object\"}" more "}"
#define TOOLS                                                                        \
  "{\"tools\":[" TOOL("note", "") "," TOOL("hang", "") "," TOOL("deaf", "") "," TOOL( \
      "look", ",\"annotations\":{\"readOnlyHint\":true}") "]}"

#define MOST_PENDING 4096
#define MOST_TAG 64
#define MOST_ID 64

// A call whose answer is due later.
struct pending {
  long long due;  // ms
  char tag[MOST_TAG], id[MOST_ID];
  size_t bytes;
};

static const char *name = "fixture";
static int ledger = -1, limit, limit_span, used, is_deaf, input_has_ended, ignores_end;
static long long span_began;
static struct pending waiting[MOST_PENDING];
static int waiting_count;
static char *input;
static size_t input_used, input_room;

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static void record(char what, const char *tag) {
  char line[256];
  int size = snprintf(line, sizeof line, "%c %s %d%s%s\n", what, name, (int)getpid(),
                      *tag ? " " : "", tag);
  if (ledger >= 0 && write(ledger, line, (size_t)size) != size) _exit(74);
}

static void copy(char *to, size_t room, struct slice from) {
  size_t size = from.at && from.size < room ? from.size : 0;
  if (size) memcpy(to, from.at, size);
  to[size] = 0;
}

static long long number(struct slice slice, long long otherwise) {
  char digits[24];
  copy(digits, sizeof digits, slice);
  return *digits ? atoll(digits) : otherwise;
}

// Blocks while nobody reads: what a simple server does.
static void send_all(const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t written = write(1, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) exit(0);
    bytes += written;
    size -= (size_t)written;
  }
}

static void answer(const char *id, const char *result) {
  size_t room = strlen(id) + strlen(result) + 64;
  char *line = malloc(room);
  if (!line) exit(70);
  int size = snprintf(line, room, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}\n", id, result);
  send_all(line, (size_t)size);
  free(line);
}

static void finish(const struct pending *call) {
  record('E', call->tag);
  char *result = malloc(call->bytes + 256);
  if (!result) exit(70);
  int size = sprintf(result, "{\"content\":[{\"type\":\"text\",\"text\":\"%s %d %s \"},", name,
                     (int)getpid(), call->tag);
  size += sprintf(result + size, "{\"type\":\"text\",\"text\":\"");
  memset(result + size, 'x', call->bytes);
  strcpy(result + size + call->bytes, "\"}]}");
  answer(call->id, result);
  free(result);
}

static void refuse(const struct pending *call, long long left) {
  record('R', call->tag);
  char result[200];
  snprintf(result, sizeof result,
           "{\"content\":[{\"type\":\"text\",\"text\":\"429 Too Many Requests\"}],"
           "\"isError\":true,\"_meta\":{\"retryAfterMs\":%lld}}",
           left);
  answer(call->id, result);
}

static int over_limit(long long *left) {
  long long time = now();
  if (!limit) return 0;
  if (time - span_began >= limit_span) {
    span_began = time;
    used = 0;
  }
  *left = span_began + limit_span - time + 1;
  return used++ >= limit;
}

static void call(struct slice params, const char *id) {
  struct slice arguments = json_member(params, "arguments"), tool = json_member(params, "name");
  struct slice tag = json_member(arguments, "tag");
  struct pending made = {0};
  // Without its quotes; the harness sends nothing that needs escaping.
  if (tag.size > 2) copy(made.tag, MOST_TAG, (struct slice){tag.at + 1, tag.size - 2});
  strcpy(made.id, id);
  made.bytes = (size_t)number(json_member(arguments, "bytes"), 0);
  made.due = now() + number(json_member(arguments, "ms"), 0);
  long long left = 0;
  if (over_limit(&left)) return refuse(&made, left);
  record('B', made.tag);
  if (slice_is(tool, "\"hang\"")) return;
  if (slice_is(tool, "\"deaf\"")) is_deaf = 1;
  if (made.due > now() && waiting_count < MOST_PENDING) {
    waiting[waiting_count++] = made;
  } else {
    finish(&made);
  }
}

static void receive(struct slice line) {
  struct slice method = json_member(line, "method"), params = json_member(line, "params");
  char id[MOST_ID];
  copy(id, sizeof id, json_member(line, "id"));
  if (!*id || !method.at) return;
  if (slice_is(method, "\"initialize\"")) {
    char version[32], result[256];
    copy(version, sizeof version, json_member(params, "protocolVersion"));
    snprintf(result, sizeof result,
             "{\"protocolVersion\":%s,\"capabilities\":{\"tools\":{}},"
             "\"serverInfo\":{\"name\":\"%s\",\"version\":\"1\"}}",
             *version ? version : "\"2025-06-18\"", name);
    answer(id, result);
  } else if (slice_is(method, "\"tools/list\"")) {
    answer(id, TOOLS);
  } else if (slice_is(method, "\"ping\"")) {
    answer(id, "{}");
  } else if (slice_is(method, "\"tools/call\"")) {
    call(params, id);
  }
}

static void read_some(void) {
  if (input_room - input_used < 65536) {
    input_room = input_room * 2 + 65536;
    input = realloc(input, input_room);
    if (!input) exit(70);
  }
  ssize_t got = read(0, input + input_used, input_room - input_used);
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    input_has_ended = 1;
    if (!ignores_end) exit(0);
    return;
  }
  size_t searched = input_used, start = 0;
  input_used += (size_t)got;
  char *newline;
  while ((newline = memchr(input + searched, '\n', input_used - searched))) {
    size_t end = (size_t)(newline - input);
    receive((struct slice){input + start, end - start});
    start = searched = end + 1;
    if (is_deaf) break;
  }
  memmove(input, input + start, input_used - start);
  input_used -= start;
}

// Returns the ms until the next answer is due, or -1.
static int answer_due(void) {
  long long time = now(), next = -1;
  for (int index = 0; index < waiting_count;) {
    if (waiting[index].due <= time) {
      struct pending call = waiting[index];
      waiting[index] = waiting[--waiting_count];
      finish(&call);
      continue;
    }
    long long left = waiting[index++].due - time;
    if (next < 0 || left < next) next = left;
  }
  return (int)next;
}

static void sleep_for_ever(void) {
  for (;;) pause();
}

static void start(int count, char **arguments) {
  int has_grandchild = 0;
  for (int index = 1; index < count; index++) {
    const char *option = arguments[index];
    const char *value = index + 1 < count ? arguments[index + 1] : "";
    if (!strcmp(option, "--grandchild")) {
      has_grandchild = 1;
      continue;
    } else if (!strcmp(option, "--ignore-eof")) {
      ignores_end = 1;
      continue;
    } else if (!strcmp(option, "--ignore-term")) {
      signal(SIGTERM, SIG_IGN);
      signal(SIGHUP, SIG_IGN);
      continue;
    } else if (!strcmp(option, "--name")) {
      name = value;
    } else if (!strcmp(option, "--ledger")) {
      ledger = open(value, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
      if (ledger < 0) exit(73);
    } else if (!strcmp(option, "--exit-if")) {
      if (access(value, F_OK) == 0) {
        record('X', "");
        fprintf(stderr, "%s is there\n", value);
        exit(1);
      }
    } else if (!strcmp(option, "--limit")) {
      if (sscanf(value, "%d/%d", &limit, &limit_span) != 2) exit(64);
    } else if (strcmp(option, "--mark")) {
      fputs(usage, !strcmp(option, "--help") ? stdout : stderr);
      exit(strcmp(option, "--help") ? 64 : 0);
    }
    index++;
  }
  if (has_grandchild && fork() == 0) sleep_for_ever();
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  start(count, arguments);
  record('S', "");
  for (;;) {
    int wait = answer_due();
    struct pollfd events = {is_deaf || input_has_ended ? -1 : 0, POLLIN, 0};
    if (poll(&events, 1, wait) > 0) read_some();
  }
}
