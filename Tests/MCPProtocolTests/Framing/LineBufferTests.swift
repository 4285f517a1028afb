import MCPProtocol
import Testing

@Suite struct LineBufferTests {
  private static let stream = """
    {"jsonrpc":"2.0","id":1,"method":"ping"}\r
    \n\r
    {"a":"\u{E9}\u{20AC}\u{1F600}"}
    x
    sixteen bytes ok
    seventeen bytes ok
    \(String(repeating: "long ", count: 20))
    a\rb\r\r
    last line, no end
    """

  private static let expected: [TakenLine] = [
    .whole(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#),
    .whole("{\"a\":\"\u{E9}\u{20AC}\u{1F600}\"}"),
    .whole("x"),
    .whole("sixteen bytes ok"),
    .whole("seventeen bytes ok"),
    .whole(String(repeating: "long ", count: 20)),
    .whole("a\rb\r"),
    .whole("last line, no end"),
  ]

  @Test func `a stream in one chunk is cut at its line ends`() {
    #expect(LineBuffer.lines(of: Self.stream) == Self.expected)
  }

  @Test func `the place where a stream is split makes no difference`() {
    let bytes = Self.stream.bytes
    for split in 0...bytes.count {
      let lines = LineBuffer.lines(of: [bytes[..<split], bytes[split...]], limit: 1 << 20)
      #expect(lines == Self.expected, "split at \(split)")
    }
  }

  @Test(arguments: 1...20)
  func `chunks of any size give the same lines`(size: Int) {
    let bytes = Self.stream.bytes
    let chunks = stride(from: 0, to: bytes.count, by: size).map {
      bytes[$0..<min($0 + size, bytes.count)]
    }
    #expect(LineBuffer.lines(of: chunks, limit: 1 << 20) == Self.expected)
  }

  @Test(arguments: Array(0...40) + Array(110...135))
  func `a line end is found at every offset`(length: Int) {
    let line = String(repeating: "x", count: length)
    let expected: [TakenLine] = (length > 0 ? [.whole(line)] : []) + [.whole("y")]
    #expect(LineBuffer.lines(of: line + "\ny\n") == expected)
    #expect(LineBuffer.lines(of: line + "\r\ny\r\n") == expected)
  }

  @Test(arguments: ["", "\n", "\n\n\n", "\r\n", "\r\n\n\r\n", "\r"])
  func `empty lines are no lines`(text: String) {
    #expect(LineBuffer.lines(of: text) == [])
  }

  @Test func `one carriage return before a line end belongs to it and no other`() {
    #expect(LineBuffer.lines(of: "a\r\r\n\rb\n") == [.whole("a\r"), .whole("\rb")])
  }

  @Test(arguments: ["last", "last\r", "first\nlast", "first\r\nlast\r"])
  func `the last line needs no end`(text: String) {
    #expect(LineBuffer.lines(of: text).last == .whole("last"))
  }

  @Test func `a stream that ended has no remainder left`() {
    var buffer = LineBuffer(limit: 100)
    _ = buffer.put("rest".bytes[...])
    #expect(buffer.takeAll() == [])
    let first = buffer.remainder()
    #expect(first == .whole(0..<4))
    let second = buffer.remainder()
    #expect(second == nil)
  }

  @Test func `a byte order mark stays with its line`() {
    // The mark is no JSON: whoever reads the first line has to strip it.
    let lines = LineBuffer.lines(of: "\u{FEFF}{}\n{}\n")
    #expect(lines == [.whole("\u{FEFF}{}"), .whole("{}")])
  }

  @Test func `what is pending is what no line was made of`() {
    var buffer = LineBuffer(limit: 100)
    #expect(buffer.pendingBytes == 0)
    _ = buffer.put("one\ntwo".bytes[...])
    #expect(buffer.pendingBytes == 7)
    let line = buffer.next()
    #expect(line == .whole(0..<3))
    #expect(buffer.pendingBytes == 3)
    let none = buffer.next()
    #expect(none == nil)
    #expect(buffer.pendingBytes == 3)
  }

  @Test func `there is always room for a byte`() {
    var buffer = LineBuffer(limit: 1 << 20)
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1000)
    for _ in 0..<500 {
      #expect(!buffer.makeRoom().isEmpty)
      _ = buffer.put(chunk[...])
    }
    #expect(buffer.pendingBytes > 400_000)
  }

  @Test func `a big line makes the storage grow and it shrinks behind it`() {
    var buffer = LineBuffer(limit: 8 << 20)
    let initial = buffer.storage.count
    let big = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20) + [0x0A]
    var rest = big[...]
    while !rest.isEmpty { rest = rest.dropFirst(buffer.put(rest)) }
    let line = buffer.next()
    #expect(line == .whole(0..<3 << 20))
    #expect(buffer.storage.count > 3 << 20)
    _ = buffer.makeRoom()
    #expect(buffer.storage.count == initial)
    _ = buffer.put("small\n".bytes[...])
    #expect(buffer.takeAll() == [.whole("small")])
  }

  @Test func `many small lines do not make the storage grow`() {
    var buffer = LineBuffer(limit: 8 << 20)
    let initial = buffer.storage.count
    // A rest is always pending, so the buffer never gets to start afresh.
    let chunk = "ine one\nline two\nline three\nl".bytes
    _ = buffer.put("l".bytes[...])
    for _ in 0..<20_000 {
      _ = buffer.put(chunk[...])
      let lines = buffer.takeAll()
      #expect(lines == [.whole("line one"), .whole("line two"), .whole("line three")])
    }
    #expect(buffer.storage.count == initial)
  }

  private static let big = String(repeating: "x", count: 40_000)

  @Test func `a big line alone in the memory takes it along`() {
    var buffer = LineBuffer(limit: 1 << 20)
    let count = Self.big.utf8.count
    for _ in 0..<2 {
      buffer.putAll(Self.big + "\n")
      let line = buffer.next()
      #expect(line == .whole(0..<count))
      let taken = buffer.take(0..<count)
      #expect(taken?.text(0..<count) == Self.big)
      // What comes next is found from its first byte on.
      _ = buffer.put("next\n".bytes[...])
      #expect(buffer.takeAll() == [.whole("next")])
    }
  }

  @Test(arguments: [("a\n", big, ""), ("", big, "b\n"), ("", big, "b"), ("", "small", "")])
  func `a line that is small or not alone leaves the memory`(
    before: String,
    line: String,
    after: String
  ) {
    var buffer = LineBuffer(limit: 1 << 20)
    buffer.putAll(before + line + "\n" + after)
    if !before.isEmpty { _ = buffer.next() }
    let range = before.utf8.count..<before.utf8.count + line.utf8.count
    let found = buffer.next()
    #expect(found == .whole(range))
    let taken = buffer.take(range)
    #expect(taken == nil)
    _ = buffer.put("\n".bytes[...])
    #expect(buffer.takeAll() == (after.isEmpty ? [] : [.whole("b")]))
  }
}
