/// Copies what libFuzzer hands over: nothing may keep its pointer.
func fuzzInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  unsafe Array(UnsafeBufferPointer(start: start, count: count))
}

/// Ends the run where a property does not hold: libFuzzer keeps the input.
func check(_ holds: Bool, _ property: @autoclosure () -> String) {
  if !holds { fatalError("property violated: \(property())") }
}

/// Numbers that follow from the input, so that an input always fails in the same way.
struct InputRandom {
  private var state: UInt64

  init(_ bytes: [UInt8]) {
    // FNV-1a.
    state = bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// From 0 up to, not including, the limit.
  mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(limit))
  }
}
