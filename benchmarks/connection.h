// The client's side of the connection: the launched command, its two pipes, lines and ids.
#ifndef BENCHMARK_CONNECTION_H
#define BENCHMARK_CONNECTION_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"

static pid_t child;
static int to_child, from_child;

static void fail(const char *why, struct slice line) {
  fprintf(stderr, "client: %s: %.*s\n", why, (int)(line.size < 400 ? line.size : 400), line.at);
  kill(child, SIGKILL);
  exit(1);
}

static void fail_with(const char *why) { fail(why, (struct slice){"", 0}); }

static void too_late(int signal) {
  static const char text[] = "client: no answer within the time limit\n";
  (void)signal;
  kill(child, SIGKILL);
  _exit(write(2, text, sizeof text - 1) < 0 ? 2 : 1);
}

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void start(char **command) {
  int requests[2], answers[2];
  if (pipe(requests) || pipe(answers)) fail_with("pipe");
  child = fork();
  if (child == 0) {
    dup2(requests[0], 0);
    dup2(answers[1], 1);
    close(requests[0]), close(requests[1]), close(answers[0]), close(answers[1]);
    execvp(command[0], command);
    _exit(127);
  }
  close(requests[0]), close(answers[1]);
  to_child = requests[1];
  from_child = answers[0];
}

static void send_all(const char *at, size_t size) {
  while (size > 0) {
    ssize_t written = write(to_child, at, size);
    if (written < 0) fail_with("the command closed its input");
    at += written;
    size -= (size_t)written;
  }
}

// What has come from the command and is not consumed yet.
static char incoming[1 << 20];
static size_t have, taken;

// Reads once more, blocking.
static void fill(void) {
  memmove(incoming, incoming + taken, have - taken);
  have -= taken;
  taken = 0;
  if (have == sizeof incoming) fail_with("an answer without end");
  ssize_t got = read(from_child, incoming + have, sizeof incoming - have);
  if (got <= 0) fail_with("the command closed its output");
  have += (size_t)got;
}

// The next answer that is there as a whole; notifications are passed over.
static bool next_answer(struct slice *line) {
  char *newline;
  while ((newline = memchr(incoming + taken, '\n', have - taken))) {
    *line = (struct slice){incoming + taken, (size_t)(newline - incoming) - taken};
    taken = (size_t)(newline - incoming) + 1;
    if (!json_member(*line, "method").at) return true;
    if (json_member(*line, "id").at) fail("a request nobody expected", *line);
  }
  return false;
}

static struct slice wait_answer(void) {
  struct slice line;
  while (!next_answer(&line)) fill();
  return line;
}

static struct slice ask(const char *id, const char *rest) {
  char text[400];
  int size = snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s}\n", id, rest);
  send_all(text, (size_t)size);
  struct slice line = wait_answer();
  if (!slice_is(json_member(line, "id"), id)) fail("wrong id", line);
  if (!json_member(line, "result").at) fail("no result", line);
  return line;
}

static int count_tools(struct slice line) {
  static const char word[] = "\"inputSchema\"";
  int count = 0;
  const char *end = line.at + line.size, *p = line.at;
  while ((p = memmem(p, (size_t)(end - p), word, sizeof word - 1))) {
    count++;
    p += sizeof word - 1;
  }
  return count;
}

// Returns the time from before the fork to the answer.
static double shake_hands(char **command) {
  double began = now_us();
  start(command);
  ask("\"hello\"",
      "\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
      "\"capabilities\":{},\"clientInfo\":{\"name\":\"benchmark\",\"version\":\"1\"}}");
  double took = now_us() - began;
  static const char ready[] =
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
  send_all(ready, sizeof ready - 1);
  return took;
}

static void list_tools(int expected) {
  for (;;) {
    if (count_tools(ask("\"list\"", "\"method\":\"tools/list\"")) >= expected) return;
    usleep(50000);
  }
}

#endif
