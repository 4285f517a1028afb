import MCPProtocol

extension CostPolicy {
  /// What a server's result says it charged; nil: it says nothing that is a price.
  func reported(
    in source: [UInt8],
    _ line: Range<Int>,
    _ envelope: borrowing Envelope
  ) -> Double? {
    guard let pointer = from, case .result = envelope.kind else { return nil }
    let bytes = Array(source[line])
    guard let document = try? JSONDocument(bytes, range: envelope.body),
      let price = document.root.at(pointer: pointer)?.double(in: bytes), price >= 0
    else { return nil }
    return price
  }
}
