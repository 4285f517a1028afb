/// Decides in which order jobs that are ready run.
///
/// Production takes them as they came; simulation shuffles them from a seed.
package protocol JobPicker: Sendable {
  func order(_ jobs: inout [UnownedJob])
}

/// First come, first served: requests reach an endpoint in the order they arrived.
package struct FirstJob: JobPicker {
  package init() {}
  package func order(_ jobs: inout [UnownedJob]) {}
}
