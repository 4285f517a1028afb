/// Finds the line and column of a byte of a text.
struct SourceLines {
  private let bytes: [UInt8]
  private let starts: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // A byte order mark takes no column.
    let first = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    starts = [first] + bytes.indices.lazy.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
  }

  /// Both count from 1; the end of the text is a place too.
  func place(of offset: Int) -> (line: Int, column: Int) {
    let offset = min(max(offset, starts[0]), bytes.count)
    let line = starts.lastIndex { $0 <= offset } ?? 0
    let before = bytes[starts[line]..<offset]
    // Continuation bytes of UTF-8 belong to the scalar before them.
    return (line + 1, before.count { $0 & 0xC0 != 0x80 } + 1)
  }
}
