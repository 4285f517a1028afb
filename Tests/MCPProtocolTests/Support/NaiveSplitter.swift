/// Cuts a stream that is held whole, the simplest way there is: the measure for `LineBuffer`.
enum NaiveSplitter {
  /// Heads are whole lines here; compare them cut.
  static func lines(of bytes: [UInt8], limit: Int) -> [TakenLine] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false).compactMap { piece in
      let line = piece.last == 0x0D ? piece.dropLast() : piece
      if line.isEmpty { return nil }
      let text = String(decoding: line, as: UTF8.self)
      guard line.count > limit else { return .whole(text) }
      // The last line has no tail, unless it is known to end here.
      let tail = piece.endIndex == bytes.endIndex ? [] : line.suffix(512)
      return .oversize(head: text, tail: String(decoding: tail, as: UTF8.self))
    }
  }
}
