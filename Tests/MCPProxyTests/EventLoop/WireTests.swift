import MCPProtocol
import MCPProxy
import Testing

/// Lines as they come in from a peer; what is written is tested with the outbox.
struct WireTests {
  private static func wire(limit: Int = 100) -> Wire {
    Wire(reading: Descriptor(5), writing: Descriptor(6), limit: limit)
  }

  /// A wire that has read all of the text.
  private static func wire(
    reading text: [UInt8],
    limit: Int = 100
  ) -> (wire: Wire, reading: Wire.Reading) {
    let kernel = FakeKernel()
    kernel.script {
      $0.input[5] = text
      $0.reads[5] = [.bytes(text.count)]
    }
    var wire = wire(limit: limit)
    let reading = wire.read(kernel, mayHaveEnded: false)
    return (wire, reading)
  }

  private static func text(_ line: LineBuffer.Line?, _ wire: Wire) -> String? {
    switch line {
    case .whole(let range): String(decoding: wire.storage[range], as: UTF8.self)
    case .oversize(let head, _): "oversize \(head.count)"
    case nil: nil
    }
  }

  private static func lines(_ wire: inout Wire) -> [String] {
    var lines: [String] = []
    while let line = wire.nextLine() { lines.append(text(line, wire) ?? "") }
    return lines
  }

  private static let mark = "\u{FEFF}"

  @Test(
    arguments: [
      ("{}\n", ["{}"]), ("{}\r\n", ["{}"]), ("{} \t\n", ["{}"]), ("  {}\n", ["  {}"]),
      ("\(mark){}\n", ["{}"]), ("\(mark){} \r\n", ["{}"]), ("\(mark)\(mark){}\n", ["\(mark){}"]),
      ("{\"a\":\"\(mark)\"}\n", ["{\"a\":\"\(mark)\"}"]), ("\u{FFFD}\n", ["\u{FFFD}"]),
      ("\(mark)\n", [mark]), ("\(mark)  \n", [mark]), (" \t \n", [" \t "]), ("\n\r\n", []),
      ("a\n\(mark)b \nc", ["a", "b"]), ("{}\0\n", ["{}"]),
    ]
  )
  func `a line has no mark before it and no blanks behind it`(input: String, expected: [String]) {
    var (wire, _) = Self.wire(reading: Array(input.utf8))
    #expect(Self.lines(&wire) == expected)
  }

  @Test(
    arguments: [
      ("a\nb", "b"), ("a\nb \t", "b"), ("\(mark)b", "b"), ("a\n", nil), ("a\n ", " "),
      ("a\nb\r", "b"), ("", nil),
    ] as [(String, String?)]
  )
  func `what is left at the end is a last line`(input: String, expected: String?) {
    var (wire, _) = Self.wire(reading: Array(input.utf8))
    _ = Self.lines(&wire)
    let last = wire.lastLine()
    #expect(Self.text(last, wire) == expected)
    let none = wire.lastLine()
    #expect(none == nil)
  }

  @Test func `a line that is too long is told from others`() {
    var (wire, _) = Self.wire(reading: Array("aaaaaa\nbb\ncccccc".utf8), limit: 4)
    #expect(Self.lines(&wire) == ["oversize 6", "bb"])
    let last = wire.lastLine()
    #expect(Self.text(last, wire) == "oversize 6")
  }

  @Test(
    arguments: [
      (.bytes(3), false, .dry), (.bytes(3), true, .more), (.wouldBlock, true, .dry),
      (.end, false, .ended),
      (.failed(SystemError("read", 5)), false, .failed(SystemError("read", 5))),
    ] as [(Transfer, Bool, Wire.Reading)]
  )
  func `a short read has emptied the pipe, unless its end may be near`(
    transfer: Transfer,
    mayHaveEnded: Bool,
    reading: Wire.Reading
  ) {
    let kernel = FakeKernel()
    kernel.script {
      $0.input[5] = Array("a\nb".utf8)
      $0.reads[5] = [transfer]
    }
    var wire = Self.wire()
    let result = wire.read(kernel, mayHaveEnded: mayHaveEnded)
    #expect(result == reading)
  }

  @Test func `a read that fills the room is not the last`() {
    let line = [UInt8](repeating: UInt8(ascii: "a"), count: (16 << 10) - 1) + [0x0A]
    let (wire, reading) = Self.wire(reading: line, limit: 1 << 20)
    #expect(reading == .more && wire.pendingBytes == 0)
  }

  @Test func `frames are counted from the beginning of the stream`() {
    let kernel = FakeKernel()
    kernel.script { $0.writes[6] = [.bytes(3), .wouldBlock] }
    var wire = Self.wire()
    wire.append(Array("abcd\n".utf8))
    wire.append(Splice(), Array("xxef".utf8), 2..<4)
    #expect(wire.pendingBytes == 8 && wire.end == 8 && wire.written == 0)
    let blocked = wire.flush(kernel)
    #expect(blocked == .blocked && wire.written == 3 && wire.pendingBytes == 5)
    let done = wire.flush(kernel)
    #expect(done == .done && wire.written == 8 && wire.end == 8)
    #expect(kernel.seen.output[6] == Array("abcd\nef\n".utf8))
  }
}
