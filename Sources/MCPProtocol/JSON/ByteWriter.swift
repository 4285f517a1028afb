/// Writes bytes one behind the other into room that was made for them in one step.
///
/// An array that grows piece by piece looks at its owner and its capacity for every piece; on the
/// path of every call that was an eighth of the work. Writing past the room traps.
@usableFromInline
@safe package struct ByteWriter: ~Copyable {
  @usableFromInline let start: UnsafeMutablePointer<UInt8>
  @usableFromInline let room: Int
  /// Bytes written.
  @usableFromInline package internal(set) var count = 0

  fileprivate init(_ room: UnsafeMutableBufferPointer<UInt8>) {
    // Room for nothing has no address, and nothing is ever written there.
    unsafe start = room.baseAddress ?? UnsafeMutablePointer(bitPattern: 1).unsafelyUnwrapped
    self.room = room.count
  }

  @inlinable @inline(__always)
  package mutating func append(_ byte: UInt8) {
    unsafe advance(1).pointee = byte
  }

  @inlinable @inline(__always)
  package mutating func append(_ bytes: [UInt8]) {
    let target = unsafe advance(bytes.count)
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      unsafe target.update(from: source, count: bytes.count)
    }
  }

  /// Appends a part of `bytes`.
  @inlinable package mutating func append(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    let target = unsafe advance(range.count)
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      unsafe target.update(from: source + range.lowerBound, count: range.count)
    }
  }

  @inlinable @inline(__always)
  package mutating func append(_ text: StaticString) {
    let count = text.utf8CodeUnitCount
    unsafe advance(count).update(from: text.utf8Start, count: count)
  }

  /// Appends a number's decimal digits.
  @inlinable package mutating func append(integer value: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let rest = value.magnitude
    // Most numbers of a line are small.
    guard rest > 9 else { return append(Self.digit(rest)) }
    append(rest, digits: Self.digits(rest))
  }

  /// Appends the `digits` lowest decimal digits of a number, zeros included.
  @inlinable package mutating func append(_ value: UInt, digits: Int) {
    var (rest, place) = (value, digits)
    let first = unsafe advance(digits)
    // A division is what takes time: one for two digits.
    while place > 1 {
      let next = rest / 100
      let pair = rest - next * 100
      let tens = pair / 10
      place -= 2
      unsafe first[place] = Self.digit(tens)
      unsafe first[place + 1] = Self.digit(pair - tens * 10)
      rest = next
    }
    if place > 0 { unsafe first[0] = Self.digit(rest % 10) }
  }

  @inlinable @inline(__always)
  static func digit(_ value: UInt) -> UInt8 {
    UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value)
  }

  @usableFromInline static func digits(_ value: UInt) -> Int {
    var count = 1
    var limit: UInt = 10
    while value >= limit, count < 19 {
      count += 1
      limit *= 10
    }
    return value >= limit ? count + 1 : count
  }

  @inlinable @inline(__always)
  mutating func advance(_ length: Int) -> UnsafeMutablePointer<UInt8> {
    precondition(length <= room - count, "no room was made for this")
    defer { count += length }
    return unsafe start + count
  }
}

extension [UInt8] {
  /// Appends what `body` writes, at most `room` bytes.
  package mutating func append(room: Int, _ body: (inout ByteWriter) -> Void) {
    append(addingCapacity: room) { span in
      unsafe span.withUnsafeMutableBufferPointer { buffer, count in
        var writer = unsafe ByteWriter(
          UnsafeMutableBufferPointer(rebasing: buffer[count..<count + room])
        )
        body(&writer)
        count += writer.count
      }
    }
  }
}
