// relay SERVER [ARGUMENTS]: starts SERVER and copies bytes both ways, looking at none of them.
// This is what any second process between client and server costs: the floor of the comparison.
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[1 << 20];

// Copies what is there to read; false at the end of the stream.
static int copy(int from, int to) {
  ssize_t count = read(from, buffer, sizeof buffer);
  if (count <= 0) return 0;
  for (ssize_t sent = 0; sent < count;) {
    ssize_t written = write(to, buffer + sent, (size_t)(count - sent));
    if (written < 0) return 0;
    sent += written;
  }
  return 1;
}

int main(int count, char **arguments) {
  int requests[2], answers[2];
  if (count < 2 || pipe(requests) || pipe(answers)) {
    fprintf(stderr, "usage: relay SERVER [ARGUMENTS]\n");
    return 64;
  }
  pid_t server = fork();
  if (server == 0) {
    dup2(requests[0], 0);
    dup2(answers[1], 1);
    close(requests[0]), close(requests[1]), close(answers[0]), close(answers[1]);
    execvp(arguments[1], arguments + 1);
    _exit(127);
  }
  close(requests[0]), close(answers[1]);
  struct pollfd ends[2] = {{.fd = 0, .events = POLLIN}, {.fd = answers[0], .events = POLLIN}};
  while (poll(ends, 2, -1) > 0) {
    if (ends[0].revents && !copy(0, requests[1])) {
      close(requests[1]);
      ends[0].fd = -1;
    }
    if (ends[1].revents && !copy(answers[0], 1)) break;
  }
  waitpid(server, NULL, 0);
  return 0;
}
