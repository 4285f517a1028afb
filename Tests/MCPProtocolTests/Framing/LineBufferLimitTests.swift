import MCPProtocol
import Testing

@Suite struct LineBufferLimitTests {
  /// As much of a line that is too long as a buffer keeps.
  private static let headLength = 4096

  private static let tailLength = 512

  private static func oversize(_ line: String, hasEnd: Bool = true) -> TakenLine {
    .oversize(
      head: String(line.prefix(headLength)),
      tail: hasEnd ? String(line.suffix(tailLength)) : ""
    )
  }

  private static func letters(_ count: Int) -> String {
    String(decoding: (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }, as: UTF8.self)
  }

  @Test(
    arguments: [1, 2, 3, 15, 16, 17, 100, 5000],
    ["\n", "\r\n", ""]
  )
  func `a line exactly at the limit is whole`(limit: Int, lineEnd: String) {
    let line = Self.letters(limit)
    #expect(LineBuffer.lines(of: line + lineEnd, limit: limit) == [.whole(line)])
    let bytes = (line + lineEnd).bytes
    let single = bytes.indices.map { bytes[$0..<$0 + 1] }
    #expect(LineBuffer.lines(of: single, limit: limit) == [.whole(line)])
  }

  @Test(
    arguments: [0, 1, 2, 3, 15, 16, 17, 100, 5000],
    ["\n", "\r\n", "", "\r"]
  )
  func `a byte more than the limit is too long`(limit: Int, lineEnd: String) {
    let line = Self.letters(limit + 1)
    let kept = min(limit + 1, Self.headLength)
    let expected = Self.oversize(line, hasEnd: lineEnd.utf8.last == 0x0A).cuttingHead(to: kept)
    let bytes = (line + lineEnd).bytes
    for chunks in [[bytes[...]], bytes.indices.map { bytes[$0..<$0 + 1] }] {
      let lines = LineBuffer.lines(of: chunks, limit: limit)
      #expect(lines.map { $0.cuttingHead(to: kept) } == [expected])
    }
  }

  @Test(arguments: [5000, 20_000, 70_000], [1, 2, 4095, 40_000, 300_000])
  func `the stream goes on behind a line far over the limit`(limit: Int, excess: Int) {
    let long = Self.letters(limit + excess)
    let text = "before\n" + long + "\nafter\r\n" + long + "\nlast"
    let over = Self.oversize(long)
    let expected: [TakenLine] = [.whole("before"), over, .whole("after"), over, .whole("last")]
    #expect(LineBuffer.lines(of: text, limit: limit) == expected)
    let bytes = text.bytes
    let chunks = stride(from: 0, to: bytes.count, by: 997).map {
      bytes[$0..<min($0 + 997, bytes.count)]
    }
    #expect(LineBuffer.lines(of: chunks, limit: limit) == expected)
  }

  @Test(arguments: 0...3)
  func `the smallest limits hold wherever the stream is split`(limit: Int) {
    let bytes = "\n\r\na\nab\r\nabc\nabcd\r\nabcde\n\na\nab".bytes
    let expected = NaiveSplitter.lines(of: bytes, limit: limit).map { $0.cuttingHead(to: 1) }
    for split in 0...bytes.count {
      let lines = LineBuffer.lines(of: [bytes[..<split], bytes[split...]], limit: limit)
      #expect(lines.map { $0.cuttingHead(to: 1) } == expected, "split at \(split)")
    }
  }

  @Test func `a line over the limit is reported once, with its end, and not kept`() {
    var buffer = LineBuffer(limit: 5000)
    for _ in 0..<10 {
      _ = buffer.put(Self.letters(6000).bytes[...])
      #expect(buffer.takeAll() == [])
      #expect(buffer.pendingBytes == 0)
    }
    _ = buffer.put("end\nnext\n".bytes[...])
    let tail = String(Self.letters(6000).suffix(Self.tailLength - 3)) + "end"
    let head = Self.letters(Self.headLength)
    #expect(buffer.takeAll() == [.oversize(head: head, tail: tail), .whole("next")])
  }

  @Test func `an endless line does not make the storage grow`() {
    var buffer = LineBuffer(limit: 100_000)
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
    var largest = 0
    for _ in 0..<200 {
      var rest = chunk[...]
      while !rest.isEmpty { rest = rest.dropFirst(buffer.put(rest)) }
      _ = buffer.takeAll()
      largest = max(largest, buffer.storage.count)
    }
    #expect(largest <= 4 * 100_000)
  }

  @Test func `a stream that ends inside a line thrown away leaves its head`() {
    let lines = LineBuffer.lines(of: "a\n" + Self.letters(9000), limit: 5000)
    #expect(lines == [.whole("a"), Self.oversize(Self.letters(9000), hasEnd: false)])
  }

  @Test func `the head of a short last line over the limit ends with the line`() {
    #expect(LineBuffer.lines(of: "abc", limit: 2) == [.oversize(head: "abc", tail: "")])
    // The line lies at the very end of the storage: a full head would reach out of it.
    var buffer = LineBuffer(limit: 10)
    let room = buffer.makeRoom().count
    let short = [UInt8](repeating: 0x0A, count: room - 12)
    _ = buffer.put((short + Self.letters(11).bytes)[...])
    #expect(buffer.takeAll() == [])
    let rest = buffer.remainder()
    let expected = Self.oversize(Self.letters(11), hasEnd: false)
    #expect(rest.map { TakenLine($0, buffer.storage) } == expected)
  }
}
