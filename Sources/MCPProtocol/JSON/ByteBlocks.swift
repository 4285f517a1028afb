#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Looks at many bytes at once for the few that matter.
///
/// Long strings (files, diffs, images in base64) are most of a big message. Vectors of 16 bytes are
/// what every processor has. Operations of a vector with a scalar, wider vectors and whatever asks
/// a mask loop over the lanes in the end (measured: 50 times slower); those used here do not.
enum ByteBlocks {
  typealias Block = SIMD16<UInt8>
  typealias Mask = SIMDMask<SIMD16<Int8>>

  /// The first line end in `start..<end`.
  static func firstNewline(_ text: borrowing Span<UInt8>, from start: Int, to end: Int) -> Int? {
    precondition(start >= 0 && start <= end && end <= text.count)
    return unsafe text.withUnsafeBufferPointer { buffer in
      guard let bytes = buffer.baseAddress,
        let found = unsafe memchr(bytes + start, Int32(UInt8(ascii: "\n")), end - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(bytes)
    }
  }

  /// The quote that ends a name without escapes whose first byte is at `start`; `nil` if it is not
  /// within 16 bytes, or the text ends there.
  @inline(__always)
  static func nearQuote(_ text: borrowing Span<UInt8>, from start: Int) -> Int? {
    guard start >= 0, text.count - start >= 16 else { return nil }
    let place = unsafe text.withUnsafeBufferPointer { buffer -> Int in
      guard let bytes = buffer.baseAddress else { return text.count }
      let mask = unsafe special(bytes + start)
      return isAnySet(mask) ? start &+ plainPrefix(mask) : buffer.count
    }
    return place < text.count && text[place] == UInt8(ascii: "\"") ? place : nil
  }

  /// Whether the bytes from `start` are those of `literal`.
  @inline(__always)
  static func begins(
    _ text: borrowing Span<UInt8>,
    _ start: Int,
    with literal: StaticString
  ) -> Bool {
    let count = literal.utf8CodeUnitCount
    precondition(start >= 0 && count <= text.count - start)
    return unsafe text.withUnsafeBufferPointer { buffer in
      guard let bytes = buffer.baseAddress else { return count == 0 }
      // Of a known length it is two comparisons of words and no call.
      return unsafe memcmp(bytes + start, literal.utf8Start, count) == 0
    }
  }

  // The callers have checked that what they ask for lies inside the text.

  @inline(__always)
  static func block(_ bytes: UnsafePointer<UInt8>) -> Block {
    unsafe UnsafeRawPointer(bytes).loadUnaligned(as: Block.self)
  }

  @inline(__always)
  static func all(_ byte: UInt8) -> Block { Block(repeating: byte) }

  /// Which of 16 bytes are special.
  @inline(__always)
  static func special(_ bytes: UnsafePointer<UInt8>) -> Mask {
    let block = unsafe block(bytes)
    return (block ^ all(turn) .<= all(lastTurned)) .| (block .== all(UInt8(ascii: "\\")))
  }

  /// Turned so, bytes above 0x7F come first, then those below 0x20, then the quote: one comparison
  /// finds them all.
  static var turn: UInt8 { 0x82 }
  static var lastTurned: UInt8 { UInt8(ascii: "\"") ^ turn }

  @inline(__always)
  static func isAnySet(_ mask: Mask) -> Bool {
    // A mask has no bits of its own to ask; its lanes are 0 or all ones.
    let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    return words[0] | words[1] != 0
  }

  /// How many bytes stand before the first that is special; there is one.
  @inline(__always)
  static func plainPrefix(_ mask: Mask) -> Int {
    let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    let (low, high) = (UInt64(littleEndian: words[0]), UInt64(littleEndian: words[1]))
    return low != 0 ? low.trailingZeroBitCount >> 3 : 8 &+ high.trailingZeroBitCount >> 3
  }

  @inline(__always)
  static func isSpecial(_ byte: UInt8) -> Bool {
    byte ^ turn <= lastTurned || byte == UInt8(ascii: "\\")
  }

  /// The lesser of each two bytes.
  @inline(__always)
  static func least(_ first: Block, _ second: Block) -> Block {
    first.replacing(with: second, where: second .< first)
  }
}
