// What Swift's Glibc module leaves out of the Linux calls this program makes. Declarations only.
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/timerfd.h>

// Hidden behind _GNU_SOURCE, which may not differ from the setting of the Glibc module.
int pipe2(int descriptors[2], int flags);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int mallopt(int parameter, int value);
