// The search for what ends a string or needs a closer look.
extension ByteBlocks {
  /// The first byte from `start` that a JSON string cannot simply pass: a quote, a control
  /// character, one that is not ASCII, or a backslash that begins no escape of two bytes;
  /// `text.count` if there is none.
  @inline(__always)
  static func firstSpecial(_ text: borrowing Span<UInt8>, from start: Int) -> Int {
    precondition(start >= 0 && start <= text.count)
    return unsafe text.withUnsafeBufferPointer { buffer in
      guard let bytes = buffer.baseAddress else { return 0 }
      return unsafe firstSpecial(bytes, from: start, to: buffer.count)
    }
  }

  private static func firstSpecial(
    _ bytes: UnsafePointer<UInt8>,
    from start: Int,
    to end: Int
  ) -> Int {
    var index = start
    // What stands before this was looked at, or is the second byte of an escape.
    var passed = start
    // Most strings end here.
    if end &- index >= 16 {
      let mask = unsafe special(bytes + index)
      if isAnySet(mask) {
        let place = index &+ plainPrefix(mask)
        if unsafe !isShortEscape(bytes, place, end) { return place }
        passed = place &+ 2
      } else {
        index &+= 16
      }
    }
    // Where the next block is does not depend on what was found in this one: the processor works on
    // both at once. Going on behind each escape took longer than all comparisons together.
    var wasClean = false
    while end &- index > 64 {
      let (first, second) = unsafe (block(bytes + index), block(bytes + index + 16))
      let (third, fourth) = unsafe (block(bytes + index + 32), block(bytes + index + 48))
      // One bit in each byte for each of the four.
      let marks = mark(first, 1) ^ mark(second, 2) ^ mark(third, 4) ^ mark(fourth, 8)
      let words = unsafe unsafeBitCast(marks, to: SIMD2<UInt64>.self)
      let least = least(
        least(first ^ all(turn), second ^ all(turn)),
        least(third ^ all(turn), fourth ^ all(turn))
      )
      let hasOther = isAnySet(least .<= all(lastTurned))
      let isClean = !hasOther && words[0] | words[1] == 0
      if unsafe hasOther || !areLetterEscapes(words, bytes + index) {
        if unsafe stops(bytes, index, &passed) { return passed }
      }
      index &+= 64
      // What is clean for longer than a line is worth a bigger block.
      if isClean, wasClean {
        while end &- index >= 128, unsafe !isAnySpecial(bytes + index) { index &+= 128 }
      }
      wasClean = isClean
    }
    return unsafe firstSpecialOfRest(bytes, from: max(index, passed), to: end)
  }

  /// A bit in each byte that is a backslash.
  @inline(__always)
  private static func mark(_ block: Block, _ bit: UInt8) -> Block {
    all(0).replacing(with: all(bit), where: block .== all(UInt8(ascii: "\\")))
  }

  /// Whether all backslashes of a block begin an escape with a letter, as line breaks are.
  ///
  /// The order does not matter then, nor whether a backslash before the block belongs to the first
  /// of them: no letter is special itself.
  @inline(__always)
  private static func areLetterEscapes(
    _ marks: SIMD2<UInt64>,
    _ bytes: UnsafePointer<UInt8>
  ) -> Bool {
    unsafe areLetterEscapes(UInt64(littleEndian: marks[0]), bytes)
      && areLetterEscapes(UInt64(littleEndian: marks[1]), bytes + 8)
  }

  @inline(__always)
  private static func areLetterEscapes(_ marks: UInt64, _ bytes: UnsafePointer<UInt8>) -> Bool {
    var marks = marks
    while marks != 0 {
      let bit = marks.trailingZeroBitCount
      marks &= marks &- 1
      let place = unsafe bytes + (bit >> 3 &+ (bit & 7) << 4)
      // There is a byte behind every one of the block.
      guard unsafe place[1] >= UInt8(ascii: "b"), unsafe isShortEscape(place[0], place[1])
      else { return false }
    }
    return true
  }

  /// Looks at the special bytes of a block that begins at `start` and is not the end of the text.
  ///
  /// True if one of them is no escape of two bytes: it stands at `passed` then.
  @inline(__always)
  private static func stops(
    _ bytes: UnsafePointer<UInt8>,
    _ start: Int,
    _ passed: inout Int
  ) -> Bool {
    var part = start
    while part < start &+ 64 {
      let words = unsafe unsafeBitCast(special(bytes + part), to: SIMD2<UInt64>.self)
      if unsafe stops(UInt64(littleEndian: words[0]), bytes, part, &passed) { return true }
      if unsafe stops(UInt64(littleEndian: words[1]), bytes, part &+ 8, &passed) { return true }
      part &+= 16
    }
    return false
  }

  @inline(__always)
  private static func stops(
    _ word: UInt64,
    _ bytes: UnsafePointer<UInt8>,
    _ start: Int,
    _ passed: inout Int
  ) -> Bool {
    var bits = word & 0x8080_8080_8080_8080
    while bits != 0 {
      let place = start &+ bits.trailingZeroBitCount >> 3
      bits &= bits &- 1
      if place < passed { continue }
      passed = place
      // There is a byte behind every one of the block.
      if unsafe !isShortEscape(bytes[place], bytes[place &+ 1]) { return true }
      passed = place &+ 2
    }
    return false
  }

  private static func firstSpecialOfRest(
    _ bytes: UnsafePointer<UInt8>,
    from start: Int,
    to end: Int
  ) -> Int {
    var index = start
    while true {
      while end &- index >= 16 {
        let mask = unsafe special(bytes + index)
        if isAnySet(mask) {
          index &+= plainPrefix(mask)
          break
        }
        index &+= 16
      }
      while index < end, unsafe !isSpecial(bytes[index]) { index &+= 1 }
      guard unsafe isShortEscape(bytes, index, end) else { return index }
      index &+= 2
    }
  }

  /// Whether an escape of two bytes begins at `index` (RFC 8259, section 7).
  @inline(__always)
  private static func isShortEscape(
    _ bytes: UnsafePointer<UInt8>,
    _ index: Int,
    _ end: Int
  ) -> Bool {
    guard end &- index >= 2 else { return false }
    return unsafe isShortEscape(bytes[index], bytes[index &+ 1])
  }

  @inline(__always)
  private static func isShortEscape(_ backslash: UInt8, _ letter: UInt8) -> Bool {
    guard backslash == UInt8(ascii: "\\") else { return false }
    if letter == UInt8(ascii: "n") { return true }
    let set = letter & 0x40 == 0 ? shortEscapes.low : shortEscapes.high
    return letter < 0x80 && set >> UInt64(letter & 0x3F) & 1 == 1
  }

  /// One bit for each byte below 0x40, and for each below 0x80.
  private static var shortEscapes: (low: UInt64, high: UInt64) {
    (bits("\"/"), bits("\\bfnrt"))
  }

  @inline(__always)
  private static func bits(_ letters: StaticString) -> UInt64 {
    var bits: UInt64 = 0
    for index in 0..<letters.utf8CodeUnitCount {
      unsafe bits |= 1 << UInt64(letters.utf8Start[index] & 0x3F)
    }
    return bits
  }

  /// Whether any of 128 bytes is special, with as few operations as it takes: a message may be
  /// megabytes.
  @inline(__always)
  private static func isAnySpecial(_ bytes: UnsafePointer<UInt8>) -> Bool {
    let escape = all(UInt8(ascii: "\\"))
    var least = all(.max)
    var escapes = Mask(repeating: false)
    for offset in stride(from: 0, to: 128, by: 16) {
      let block = unsafe block(bytes + offset)
      least = self.least(least, block ^ all(turn))
      escapes = escapes .| (block .== escape)
    }
    return isAnySet((least .<= all(lastTurned)) .| escapes)
  }
}
