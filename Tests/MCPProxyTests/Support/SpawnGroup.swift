import MCPProxy

#if canImport(Darwin)
import Darwin
#else
import CLinux
import Glibc
#endif

/// Writing to a process that died must be an error, not the end of the tests.
func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

/// A pipe whose ends no process started later inherits.
func makePipe() throws(SystemError) -> (reading: Int32, writing: Int32) {
  var ends: [Int32] = [-1, -1]
  #if canImport(Darwin)
  guard unsafe pipe(&ends) == 0 else { throw SystemError("pipe", errno) }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  #else
  guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw SystemError("pipe2", errno) }
  #endif
  return (ends[0], ends[1])
}

/// Starts a program in a group of its own with these three descriptors and none besides, these
/// signals blocked.
func spawnGroup(
  _ executable: String,
  _ arguments: [String],
  _ environment: [String: String],
  _ standard: [Int32],
  blocked: [Int32] = []
) throws(SystemError) -> Int32 {
  #if canImport(Darwin)
  var actions: posix_spawn_file_actions_t?
  var attributes: posix_spawnattr_t?
  let systemFlags = POSIX_SPAWN_CLOEXEC_DEFAULT
  #else
  var actions = unsafe posix_spawn_file_actions_t()
  var attributes = posix_spawnattr_t()
  let systemFlags: Int32 = 0
  #endif
  unsafe posix_spawn_file_actions_init(&actions)
  unsafe posix_spawnattr_init(&attributes)
  defer {
    unsafe posix_spawn_file_actions_destroy(&actions)
    unsafe posix_spawnattr_destroy(&attributes)
  }
  for (number, descriptor) in standard.enumerated() {
    unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
  }
  var signals = sigset_t()
  unsafe sigfillset(&signals)
  unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
  // The threads tests run on block every signal, and a program inherits that.
  unsafe sigemptyset(&signals)
  for number in blocked { unsafe sigaddset(&signals, number) }
  unsafe posix_spawnattr_setsigmask(&attributes, &signals)
  let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | systemFlags
  unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
  let words = unsafe ([executable] + arguments).map { unsafe strdup($0) }
  let variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") }
  defer { unsafe (words + variables).forEach { unsafe free($0) } }
  var process: pid_t = 0
  let result = unsafe posix_spawnp(
    &process,
    executable,
    &actions,
    &attributes,
    words + [nil],
    variables + [nil]
  )
  guard result == 0 else { throw SystemError("posix_spawnp", result) }
  return process
}
