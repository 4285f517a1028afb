#if !canImport(Darwin)
import CLinux
import Glibc
import Synchronization

/// Ends a wait of the poller at a time.
///
/// A wait with a timeout of its own arms and disarms a timer of the kernel each time, which costs a
/// tenth of a small call. Nearly all deadlines are those of calls, and an answer cancels them. So
/// this timer is set for the earliest and then left alone: at worst it wakes an idle process once.
/// Its clock is that of `PosixKernel.now` and goes on while the machine sleeps.
final class Alarm: Sendable {
  let descriptor: Int32
  /// The time it is set for, in nanoseconds.
  private let time = Atomic<Int64>(.max)

  init() throws(SystemError) {
    descriptor = timerfd_create(
      CLOCK_BOOTTIME,
      Int32(TFD_CLOEXEC | TFD_NONBLOCK)
    )
    guard descriptor >= 0 else { throw SystemError("timerfd_create", errno) }
  }

  /// Makes sure that it rings at `deadline`, or earlier.
  func set(_ deadline: Instant) {
    // Zero would switch it off.
    let nanoseconds = max(1, deadline.nanoseconds)
    guard nanoseconds < time.load(ordering: .relaxed) else { return }
    time.store(nanoseconds, ordering: .relaxed)
    var setting = itimerspec()
    setting.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
    setting.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
    unsafe timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &setting, nil)
  }

  /// It rang, and is set for no time.
  func rang() { time.store(.max, ordering: .relaxed) }
}
#endif
