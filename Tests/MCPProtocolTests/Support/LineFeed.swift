import MCPProtocol

/// A line as it left a buffer, its bytes copied out.
enum TakenLine: Equatable {
  case whole(String)
  case oversize(head: String, tail: String)

  init(_ line: LineBuffer.Line, _ storage: [UInt8]) {
    switch line {
    case .whole(let range): self = .whole(storage.text(range))
    case .oversize(let head, let tail):
      self = .oversize(head: head.text(head.indices), tail: tail.text(tail.indices))
    }
  }

  /// The same with at most `length` bytes of a head, for limits below the length of a head: how
  /// much of a head such a buffer keeps depends on how the bytes came.
  func cuttingHead(to length: Int) -> TakenLine {
    guard case .oversize(let head, let tail) = self else { return self }
    return .oversize(head: String(decoding: head.utf8.prefix(length), as: UTF8.self), tail: tail)
  }
}

extension LineBuffer {
  /// Puts as much of `bytes` as there is room for, `most` at most, and says how much that was.
  mutating func put(_ bytes: ArraySlice<UInt8>, most: Int = .max) -> Int {
    let room = makeRoom()
    let count = min(room.count, bytes.count, most)
    fill { storage in
      for offset in 0..<count {
        storage[room.lowerBound + offset] = bytes[bytes.startIndex + offset]
      }
    }
    commit(count)
    return count
  }

  mutating func putAll(_ text: String) {
    var rest = text.bytes[...]
    while !rest.isEmpty { rest = rest.dropFirst(put(rest)) }
  }

  mutating func takeAll() -> [TakenLine] {
    var lines: [TakenLine] = []
    while let line = next() { lines.append(TakenLine(line, storage)) }
    return lines
  }

  /// All lines of a stream that comes in these chunks and then ends.
  static func lines(of chunks: [ArraySlice<UInt8>], limit: Int) -> [TakenLine] {
    var buffer = LineBuffer(limit: limit)
    var lines: [TakenLine] = []
    for chunk in chunks {
      var rest = chunk
      while !rest.isEmpty {
        rest = rest.dropFirst(buffer.put(rest))
        lines += buffer.takeAll()
      }
    }
    if let last = buffer.remainder() { lines.append(TakenLine(last, buffer.storage)) }
    return lines
  }

  static func lines(of text: String, limit: Int = 1 << 20) -> [TakenLine] {
    lines(of: [text.bytes[...]], limit: limit)
  }
}
