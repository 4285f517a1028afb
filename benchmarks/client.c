// client [OPTIONS] -- COMMAND [ARGUMENTS]: starts an MCP server command, shakes hands, lists tools,
// calls one tool many times and prints what that took, one `name value` a line. Any wrong, missing
// or doubled answer, and any exit code but 0 of the command, ends it with a message and status 1.
//
//   -n CALLS   calls that are timed (0)          -k WINDOW  calls in flight; 1 is one after another
//   -w CALLS   calls before those, untimed (0)   -i SECONDS watch the idle process afterwards
//   -s BYTES   size of a request line (100)      -e TOOLS   list until so many tools are there (1)
//   -t TOOL    name of the tool (echo)           -x SECONDS limit for the whole run (120)
//   -b         line breaks in the arguments
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connection.h"
#include "json.h"
#include "process.h"

static const char *tool = "echo";
static size_t line_size = 100;
static char *filler;

// Words; with -b also an escaped line break every 80 characters, as files and diffs have.
static void make_filler(bool breaks) {
  filler = malloc(line_size + 1);
  if (!filler) fail_with("memory");
  for (size_t i = 0; i < line_size; i++) {
    filler[i] = "the quick brown fox jumps over the lazy dog "[i % 44];
    if (breaks && i % 80 == 78) filler[i] = '\\';
    if (breaks && i % 80 == 79) filler[i] = 'n';
  }
}

// Writes the request line of one call; always `line_size` bytes if the name leaves room for it.
static size_t make_call(char *at, uint32_t id) {
  int head = sprintf(at,
                     "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"tools/call\",\"params\":"
                     "{\"name\":\"%s\",\"arguments\":{\"a\":\"",
                     id, tool);
  size_t used = (size_t)head, tail = strlen("\"}}}\n");
  if (used + tail < line_size) {
    size_t room = line_size - used - tail;
    memcpy(at + used, filler, room);
    used += room;
    if (at[used - 1] == '\\') at[used - 1] = 'a';
  }
  memcpy(at + used, "\"}}}\n", tail);
  return used + tail;
}

static uint32_t check_answer(struct slice line) {
  struct slice id = json_member(line, "id");
  struct slice result = json_member(line, "result");
  uint32_t number = 0;
  if (!id.at || id.size > 9 || (id.size > 1 && id.at[0] == '0')) fail("wrong id", line);
  for (size_t i = 0; i < id.size; i++) {
    if (id.at[i] < '0' || id.at[i] > '9') fail("wrong id", line);
    number = number * 10 + (uint32_t)(id.at[i] - '0');
  }
  if (!slice_is(json_member(result, "content"), "[{\"type\":\"text\",\"text\":\"ok\"}]")) {
    fail("wrong result", line);
  }
  return number;
}

static int ascending(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static void call_one_by_one(uint32_t warm, uint32_t calls) {
  double *took = malloc(sizeof *took * (calls + 1));
  char *line = malloc(line_size + 400);
  if (!took || !line) fail_with("memory");
  for (uint32_t id = 1; id <= warm + calls; id++) {
    size_t size = make_call(line, id);
    double began = now_us();
    send_all(line, size);
    struct slice answer = wait_answer();
    if (id > warm) took[id - warm - 1] = now_us() - began;
    if (check_answer(answer) != id) fail("the answer of another call", answer);
    if (taken != have) fail("more than one answer", answer);
  }
  if (calls == 0) return;
  qsort(took, calls, sizeof *took, ascending);
  printf("p50_us %.3f\np90_us %.3f\np99_us %.3f\n", took[calls / 2], took[calls / 10 * 9],
         took[(uint32_t)(calls * 0.99)]);
}

static void call_in_flight(uint32_t calls, uint32_t window) {
  bool *answered = calloc(calls + 1, 1);
  char *text = malloc(line_size + 400);
  if (!answered || !text) fail_with("memory");
  uint32_t sent = 0, done = 0;
  double began = now_us();
  while (done < calls) {
    // One write a call: callers do not wait for each other to fill a batch.
    while (sent < calls && sent - done < window) {
      size_t size = make_call(text, ++sent);
      send_all(text, size);
    }
    fill();
    for (struct slice line; next_answer(&line); done++) {
      uint32_t id = check_answer(line);
      if (id == 0 || id > sent || answered[id]) fail("an answer without a call", line);
      answered[id] = true;
    }
  }
  printf("calls_per_s %.0f\n", calls / (now_us() - began) * 1e6);
}

static void watch_idle(unsigned seconds) {
  sleep(2);  // Whatever a call leaves to be done later is done by now.
  long sleeps = wake_ups(), busy = ticks();
  sleep(seconds);
  printf("idle_wake_ups %ld\nidle_ticks %ld\n", wake_ups() - sleeps, ticks() - busy);
}

static void report_process(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/status", child);
  printf("rss_peak_kb %ld\n", proc_number(path, "VmHWM:"));
  printf("threads %ld\nchildren %d\n", proc_number(path, "Threads:"), children());
}

static void stop(void) {
  int status;
  close(to_child);
  if (waitpid(child, &status, 0) != child || status != 0) fail_with("exit status not 0");
}

int main(int count, char **arguments) {
  uint32_t calls = 0, warm = 0, window = 1;
  unsigned idle = 0, limit = 120;
  int tools = 1;
  bool breaks = false;
  for (int option; (option = getopt(count, arguments, "+bn:w:s:k:i:t:e:x:")) != -1;) {
    switch (option) {
      case 'b': breaks = true; break;
      case 'n': calls = (uint32_t)atol(optarg); break;
      case 'w': warm = (uint32_t)atol(optarg); break;
      case 's': line_size = (size_t)atol(optarg); break;
      case 'k': window = (uint32_t)atol(optarg); break;
      case 'i': idle = (unsigned)atol(optarg); break;
      case 't': tool = optarg; break;
      case 'e': tools = atoi(optarg); break;
      case 'x': limit = (unsigned)atol(optarg); break;
      default: return 64;
    }
  }
  // More than a pipe holds could leave both sides blocked in a write.
  bool too_much = window < 1 || (window > 1 && window * line_size > 60000);
  if (optind == count || too_much) {
    fprintf(stderr, "usage: client [OPTIONS] -- COMMAND (see client.c)\n");
    return 64;
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGALRM, too_late);
  alarm(limit);
  make_filler(breaks);
  printf("initialize_us %.1f\n", shake_hands(arguments + optind));
  if (tools > 0) list_tools(tools);
  call_one_by_one(warm, window == 1 ? calls : 0);
  if (window > 1) call_in_flight(calls, window);
  report_process();
  if (idle > 0) watch_idle(idle);
  stop();
  return 0;
}
