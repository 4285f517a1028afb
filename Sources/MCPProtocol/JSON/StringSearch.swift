// Finding where a string stops being plain text.
extension JSONLexer {
  /// The first byte that is a quote, a backslash, a control character or not ASCII.
  @inline(__always)
  static func firstSpecialByte(_ text: borrowing Span<UInt8>, from start: Int) -> Int {
    var index = start
    // Sixteen bytes at a time: long strings (files, images in base64) are most of a big message.
    while index + 16 <= text.count {
      let words = unsafe text.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: index,
        as: SIMD2<UInt64>.self
      )
      let low = specialBytes(words.x)
      if low != 0 { return index + low.trailingZeroBitCount >> 3 }
      let high = specialBytes(words.y)
      if high != 0 { return index + 8 + high.trailingZeroBitCount >> 3 }
      index += 16
    }
    while index < text.count {
      let byte = text[index]
      if byte &- 0x20 >= 0x60 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        break
      }
      index += 1
    }
    return index
  }

  /// Sets the top bit of each special byte of a word, exactly up to and with the lowest one.
  ///
  /// Arithmetic on words: comparisons of `SIMD16` for order, and masks put together, are compiled
  /// to loops over single bytes. A borrow reaches only bytes above one that is special itself.
  @inline(__always)
  static func specialBytes(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ ones &* UInt64(UInt8(ascii: "\""))
    let backslashes = word ^ ones &* UInt64(UInt8(ascii: "\\"))
    let isControl = (word &- ones &* 0x20) & ~word
    let isQuote = (quotes &- ones) & ~quotes
    let isBackslash = (backslashes &- ones) & ~backslashes
    return (word | isControl | isQuote | isBackslash) & (ones &* 0x80)
  }
}
