// Notes faults for the usage log.
extension ClientSession {
  package nonisolated func injected(_ mode: ChaosMode, into call: UInt64) {
    onLoop((call, mode)) { $0.calls[$1.0]?.injected.append($1.1) }
  }
}
