/// Finds line ends sixteen bytes at a time.
enum ByteSearch {
  static func firstNewline(_ bytes: borrowing Span<UInt8>, from start: Int, to end: Int) -> Int? {
    let newline = SIMD16<UInt8>(repeating: UInt8(ascii: "\n"))
    var index = start
    precondition(start >= 0 && end <= bytes.count)
    while index + 16 <= end {
      let block = unsafe bytes.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: index,
        as: SIMD16<UInt8>.self
      )
      let halves = unsafe unsafeBitCast(block .== newline, to: SIMD2<UInt64>.self)
      if halves.x != 0 { return index + halves.x.trailingZeroBitCount >> 3 }
      if halves.y != 0 { return index + 8 + halves.y.trailingZeroBitCount >> 3 }
      index += 16
    }
    while index < end {
      if bytes[index] == UInt8(ascii: "\n") { return index }
      index += 1
    }
    return nil
  }
}
