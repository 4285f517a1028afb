/// A hash of names that others choose: nobody can know which of them meet in a table.
///
/// Eight bytes at a time are folded into one number by a multiplication whose both factors hang on
/// the seed, so that no names collide under all seeds. Not for what is stored: `StableHash`.
package struct SeededHash: Sendable {
  private let start: UInt64
  private let factor: UInt64

  /// The same hash for the same seed.
  package init(seed: UInt64) {
    var numbers = SplitMix64(seed: seed)
    start = numbers.next()
    factor = numbers.next() | 1
  }

  /// What nobody outside of this process knows: the seed of the standard library's hashes.
  package static var processSeed: UInt64 {
    var hasher = Hasher()
    hasher.combine(0)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  /// The hash of the bytes.
  package func value(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    unsafe bytes.withUnsafeBytes { text in
      // The length counts, by an amount that hangs on the seed, too: the last eight bytes overlap
      // those before them.
      var state = start &+ UInt64(truncatingIfNeeded: text.count) &* factor
      guard text.count >= 8 else {
        var word: UInt64 = 0
        for at in 0..<text.count { word = unsafe word << 8 | UInt64(text[at]) }
        return fold(state ^ word)
      }
      var at = 0
      while at + 8 < text.count {
        state = unsafe fold(state ^ text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        at += 8
      }
      let last = unsafe text.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self)
      return fold(state ^ last)
    }
  }

  /// Both halves of the product: each depends on bits of the number that the other does not.
  private func fold(_ number: UInt64) -> UInt64 {
    let product = number.multipliedFullWidth(by: factor)
    return product.high ^ product.low
  }
}
