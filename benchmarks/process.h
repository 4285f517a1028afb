// What /proc says about the launched command.
#ifndef BENCHMARK_PROCESS_H
#define BENCHMARK_PROCESS_H

#include <dirent.h>

#include "connection.h"

// The number after `name` in a file of /proc, or -1.
static long proc_number(const char *path, const char *name) {
  char line[512];
  long number = -1;
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file)) {
    if (strncmp(line, name, strlen(name)) == 0) number = atol(line + strlen(name));
  }
  if (file) fclose(file);
  return number;
}

// How often any thread of the command went to sleep by itself: each is one wake-up.
static long wake_ups(void) {
  char path[300];
  long sum = 0;
  snprintf(path, sizeof path, "/proc/%d/task", child);
  DIR *tasks = opendir(path);
  if (!tasks) fail_with("the command is gone");
  for (struct dirent *task; (task = readdir(tasks));) {
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/status", child, task->d_name);
    sum += proc_number(path, "voluntary_ctxt_switches:");
  }
  closedir(tasks);
  return sum;
}

// Processor time of the command, in clock ticks.
static long ticks(void) {
  char path[64], user[32] = "0", system[32] = "0";
  snprintf(path, sizeof path, "/proc/%d/stat", child);
  FILE *file = fopen(path, "r");
  if (!file) fail_with("the command is gone");
  for (int field = 1; field < 14; field++) {
    if (fscanf(file, "%*s") < 0) fail_with("/proc");
  }
  if (fscanf(file, "%31s %31s", user, system) < 2) fail_with("/proc");
  fclose(file);
  return atol(user) + atol(system);
}// How many child processes the command has.
static int children(void) {
  char path[64];
  int count = 0, one;
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", child, child);
  FILE *file = fopen(path, "r");
  while (file && fscanf(file, "%d", &one) == 1) count++;
  if (file) fclose(file);
  return count;
}

#endif
