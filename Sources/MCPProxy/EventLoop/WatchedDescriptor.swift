/// A descriptor, what the loop reports of it, and to whom; closed once.
package struct WatchedDescriptor: Sendable {
  package let descriptor: Descriptor
  package private(set) var isOpen = true
  private var watch: (number: UInt64, interest: Interest)?

  package init(_ descriptor: Descriptor) { self.descriptor = descriptor }

  package var isWatched: Bool { watch != nil }

  /// Has the loop report it to `owner` as `token`, from now on for this interest.
  ///
  /// One that is reported once is asked for anew each time.
  package mutating func report(
    _ interest: Interest,
    to owner: any LoopBound,
    as token: UInt64
  ) throws(SystemError) {
    guard let present = watch else {
      let number = try owner.loop.watch(descriptor, interest, owner: owner, token: token)
      return watch = (number, interest)
    }
    guard present.interest != interest || interest.contains(.once) else { return }
    try owner.loop.rewatch(descriptor, present.number, interest)
    watch = (present.number, interest)
  }

  /// Nothing of it is reported any more.
  package mutating func stopReporting(_ loop: EventLoop) {
    if let watch { loop.unwatch(descriptor, watch.number) }
    watch = nil
  }

  package mutating func close(_ loop: EventLoop) {
    guard isOpen else { return }
    stopReporting(loop)
    isOpen = false
    loop.kernel.close(descriptor)
  }
}
