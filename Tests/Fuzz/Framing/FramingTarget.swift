import MCPProtocol

/// Bytes of a stream, cut in many ways, always give the lines of a naive splitter.
///
/// The first byte chooses the limit of a line, the rest is the stream.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFraming(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = unsafe fuzzInput(start, count)
  guard let first = input.first else { return 0 }
  let limit = [0, 1, 2, 7, 40, 128, 300, 5000][Int(first) % 8]
  let stream = Array(input.dropFirst())
  var random = InputRandom(input)
  // Heads of lines over the limit may be cut shorter where the limit is below a head's length.
  let longestHead = min(limit, 4096)
  let expected = NaiveSplitter.lines(of: stream, limit: limit).map {
    $0.cuttingHead(to: longestHead)
  }
  // One byte at a time is the slowest; on short streams it finds as much.
  for cuts in 0..<4 where cuts != 1 || stream.count <= 1000 {
    let chunks =
      switch cuts {
      case 0: [stream[...]]
      case 1: stream.indices.map { stream[$0...$0] }
      case 2: halves(stream, at: random.below(stream.count + 1))
      default: pieces(stream, &random)
      }
    let lines = LineBuffer.lines(of: chunks, limit: limit).map { $0.cuttingHead(to: longestHead) }
    check(lines == expected, "\(chunks.count) chunks give \(lines), not \(expected)")
  }
  return 0
}

private func halves(_ stream: [UInt8], at place: Int) -> [ArraySlice<UInt8>] {
  [stream[..<place], stream[place...]]
}

private func pieces(_ stream: [UInt8], _ random: inout InputRandom) -> [ArraySlice<UInt8>] {
  var chunks: [ArraySlice<UInt8>] = []
  var rest = stream[...]
  while !rest.isEmpty {
    let size = 1 + random.below(min(rest.count, 1 + random.below(600)))
    chunks.append(rest.prefix(size))
    rest = rest.dropFirst(size)
  }
  return chunks
}
