// Preloaded into mcp-proxy: steps its clocks and fails its writes to regular files, as a control
// file says that this and the harness both map. The proxy's children do not inherit it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// The same layout is in faults.py.
struct control {
  long long wall_offset;       // ns added to CLOCK_REALTIME
  long long monotonic_offset;  // ns added to CLOCK_MONOTONIC and CLOCK_BOOTTIME
  long long write_errno;       // of writes to regular files; 0: they work
  long long write_most;        // bytes such a write takes at most; 0: no bound
  long long failed_writes;     // counted here
};

static volatile struct control *control;

__attribute__((constructor)) static void map_control(void) {
  const char *path = getenv("FAULT_CONTROL");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *mapped = mmap(0, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) control = mapped;
  close(file);
}

static void add(struct timespec *time, long long offset) {
  long long whole = time->tv_sec * 1000000000LL + time->tv_nsec + offset;
  time->tv_sec = whole / 1000000000LL;
  time->tv_nsec = whole % 1000000000LL;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, time);
  if (result != 0 || !control) return result;
  if (clock == CLOCK_REALTIME) add(time, control->wall_offset);
  if (clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME) add(time, control->monotonic_offset);
  return result;
}

ssize_t write(int file, const void *bytes, size_t size) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  struct stat status;
  int fails = control && (control->write_errno || control->write_most);
  if (!fails || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return real(file, bytes, size);
  }
  control->failed_writes++;
  if (control->write_errno) {
    errno = (int)control->write_errno;
    return -1;
  }
  size_t most = (size_t)control->write_most;
  return real(file, bytes, size < most ? size : most);
}
