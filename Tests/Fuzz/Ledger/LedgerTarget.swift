@testable import MCPProxy

/// The reaper's lines, however they are cut, register the same groups, and never a dangerous one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLedger(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = unsafe fuzzInput(start, count)
  var whole = ReaperLedger()
  whole.receive(input)
  var random = InputRandom(input)
  var pieces = ReaperLedger()
  var rest = input[...]
  while !rest.isEmpty {
    let size = 1 + random.below(rest.count)
    pieces.receive(rest.prefix(size))
    rest = rest.dropFirst(size)
  }
  check(pieces.entries == whole.entries, "cut it gives \(pieces.entries), not \(whole.entries)")
  // 0 is the caller's own group, 1 and below would be every process of the user.
  check(whole.entries.allSatisfy { $0.group > 1 }, "a dangerous group: \(whole.entries)")
  check(whole.entries.count <= ReaperLedger.maxGroups, "\(whole.entries.count) groups")
  return 0
}
