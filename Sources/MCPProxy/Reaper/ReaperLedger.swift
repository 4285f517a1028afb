/// The process groups that end when the proxy does, as its lines tell.
///
/// One line a change: `~PIPE` when a process is about to be started that will have this pipe
/// (`PipeID`) as its standard input, `+GROUP STARTTIME` when it was, `~0` when it could not be,
/// `-GROUP` when its group is gone. What is not such a line is ignored: the reaper has nobody to
/// complain to. So is a last line without its newline, which a dying proxy may leave and which may
/// name half a number.
package struct ReaperLedger: Sendable {
  /// A group, named after the process that leads it.
  package struct Entry: Equatable, Sendable {
    package let group: Int32
    /// When the leader started, in the unit of `ProcessStatus`; 0 if the proxy did not know.
    package let startTime: UInt64
  }

  /// Groups remembered, far more than a configuration starts; later ones are ignored.
  package static let maxGroups = 4096
  /// Bytes of the longest sensible line: a sign, two numbers and a blank.
  package static let maxLine = 40

  /// What is registered and not yet gone.
  package var entries: [Entry] {
    startTimes.map { Entry(group: $0.key, startTime: $0.value) }.sorted { $0.group < $1.group }
  }

  /// The standard input of a process that may have been started and was not registered yet.
  package private(set) var announcedPipe: UInt64?

  private var startTimes: [Int32: UInt64] = [:]
  /// The beginning of a line whose newline has not come; one byte over `maxLine` at most.
  private var partialLine: [UInt8] = []

  package init() {}

  /// Takes the next bytes of the stream, cut anywhere.
  package mutating func receive(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte == 0x0A {
        if partialLine.count <= Self.maxLine { apply(partialLine) }
        partialLine.removeAll(keepingCapacity: true)
      } else if partialLine.count <= Self.maxLine {
        partialLine.append(byte)
      }
    }
  }

  private mutating func apply(_ line: [UInt8]) {
    let words = line.dropFirst().split(separator: 0x20, omittingEmptySubsequences: false)
    if line.first == UInt8(ascii: "~"), words.count == 1, let pipe = decimal(words[0]) {
      announcedPipe = pipe == 0 ? nil : pipe
      return
    }
    // Group 1 would make kill(-1) of it: every process of the user. 0 is the caller's own group.
    guard let word = words.first, let number = decimal(word), number > 1,
      let group = Int32(exactly: number)
    else { return }
    switch (line.first, words.count) {
    case (UInt8(ascii: "+"), 2):
      guard let startTime = decimal(words[1]) else { return }
      announcedPipe = nil
      guard startTimes.count < Self.maxGroups || startTimes[group] != nil else { return }
      startTimes[group] = startTime
    case (UInt8(ascii: "-"), 1):
      startTimes[group] = nil
    default: break
    }
  }

  /// Digits only, at least one; `nil` on overflow.
  private func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in digits {
      guard byte &- UInt8(ascii: "0") <= 9 else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }
}
