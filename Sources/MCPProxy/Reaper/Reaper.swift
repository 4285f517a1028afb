#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Ends what the proxy started when the proxy can no longer do it, having been killed.
///
/// A process of its own (`mcp-proxy --reaper`) in its own session, so that nothing sent to the
/// proxy's group or terminal reaches it. Its standard input is a pipe from the proxy: lines for
/// `ReaperLedger`, and at its end, which even kill -9 cannot prevent, everything still registered
/// is ended. No parent-death signal does this: it fires when the thread that forked exits.
package enum Reaper {
  /// Between the polite signal and the other.
  private static let grace = Duration.milliseconds(500)

  /// Runs until standard input ends, ends the groups, returns the exit code.
  package static func run() -> Int32 {
    detach()
    end(readLedger())
    return 0
  }

  /// Leaves the proxy's session, signals, directory and descriptors.
  private static func detach() {
    // Fails if the proxy has done it: then it is done.
    _ = setsid()
    for number in [SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGQUIT] { _ = signal(number, SIG_IGN) }
    // A folder or a pipe held open here would outlive its use by everybody else.
    _ = unsafe chdir("/")
    let null = unsafe open("/dev/null", O_RDWR)
    if null >= 0 {
      // Not closed: a file opened later would take their numbers.
      dup2(null, STDOUT_FILENO)
      dup2(null, STDERR_FILENO)
    }
    closeDescriptors(from: 3)
  }

  private static func closeDescriptors(from first: Int32) {
    #if canImport(Darwin)
    for descriptor in first..<max(first, getdtablesize()) { close(descriptor) }
    #else
    closefrom(first)
    #endif
  }

  /// Reads until the end of input; an error is the end too.
  private static func readLedger() -> ReaperLedger {
    var ledger = ReaperLedger()
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      // Waits even if somebody made the pipe non-blocking.
      var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&input, 1, -1)
      let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
      if count > 0 {
        ledger.receive(buffer[..<count])
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        return ledger
      }
    }
  }

  /// TERM to all at once, KILL to those still there after the grace.
  private static func end(_ ledger: ReaperLedger) {
    var groups = Set(ledger.entries.filter(isOurs).map(\.group))
    // The proxy was killed between starting a process and saying so.
    if let pipe = ledger.announcedPipe { groups.formUnion(readers(of: pipe)) }
    for group in groups { kill(-group, SIGTERM) }
    let clock = SuspendingClock()
    let deadline = clock.now + grace
    var absent: Set<Int32> = []
    while clock.now < deadline {
      // Who forks and exits during one look is seen in none of its two shapes: it takes two.
      let unseen = groups.subtracting(living(groups))
      groups.subtract(unseen.intersection(absent))
      absent = unseen
      if groups.isEmpty { return }
      // Nothing reports the end of a process that is not our child: asking again is the only way.
      _ = poll(nil, 0, 10)
    }
    for group in groups { kill(-group, SIGKILL) }
  }

  /// The groups of those who have the pipe as their standard input; several looks, as above.
  private static func readers(of pipe: UInt64) -> Set<Int32> {
    for _ in 0..<4 {
      let groups = PipeID.groups(reading: pipe).subtracting([getpgrp()])
      if !groups.isEmpty { return groups }
    }
    return []
  }

  /// Whether the group still is the one that was registered.
  ///
  /// An id is not given to a new process while a group bears it; so a leader that is gone proves
  /// nothing, a younger one does.
  private static func isOurs(_ entry: ReaperLedger.Entry) -> Bool {
    guard entry.group != getpgrp() else { return false }
    let startTime = ProcessStartTime.read(entry.group)
    return entry.startTime == 0 || startTime == 0 || startTime == entry.startTime
  }

  /// Those of `groups` in which a process is left that a signal can still end.
  private static func living(_ groups: Set<Int32>) -> Set<Int32> {
    // ESRCH: nobody is left. EPERM: nobody we may end (macOS says so of zombies too).
    let present = groups.filter { kill(-$0, 0) == 0 }
    #if canImport(Darwin)
    return present
    #else
    // A zombie whose parent never asks for it (a container's first process, say) is no reason to
    // wait; only /proc tells it from the living.
    guard !present.isEmpty, let processes = ProcessStatus.allProcesses() else { return present }
    let alive = processes.compactMap(ProcessStatus.read).filter { !$0.isZombie }.map(\.group)
    return present.intersection(alive)
    #endif
  }
}
