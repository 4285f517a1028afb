/// Cuts a stream that is held whole, the simplest way there is: the measure for `LineBuffer`.
enum NaiveSplitter {
  /// Heads are whole lines here; compare them cut.
  static func lines(of bytes: [UInt8], limit: Int) -> [TakenLine] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false).compactMap { piece in
      let line = piece.last == 0x0D ? piece.dropLast() : piece
      if line.isEmpty { return nil }
      let text = String(decoding: line, as: UTF8.self)
      return line.count > limit ? .oversize(head: text) : .whole(text)
    }
  }
}
