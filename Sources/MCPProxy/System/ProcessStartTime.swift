/// Tells a process from a later one that was given the same id.
package enum ProcessStartTime {
  /// When the process started, in the unit of the system; 0 if unknown.
  package static func read(_ process: Int32) -> UInt64 {
    ProcessStatus.read(process)?.startTime ?? 0
  }
}
