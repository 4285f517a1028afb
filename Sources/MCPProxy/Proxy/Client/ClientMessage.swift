package import MCPProtocol

/// A request of the client's as it came; shared by everything that deals with it, copied by none.
package final class ClientMessage: Sendable {
  /// The message, from the first byte on; behind it may be more of what was read.
  package let line: [UInt8]
  /// How many bytes of `line` are the message.
  package let length: Int
  package let envelope: Envelope

  package init(_ line: [UInt8], length: Int? = nil, _ envelope: Envelope) {
    self.line = line
    self.length = length ?? line.count
    self.envelope = envelope
  }

  /// The id as it was written.
  package var id: ArraySlice<UInt8> { line[envelope.id] }

  /// Where the id stands that the answer carries: the very bytes, so that "1" and 1 stay apart.
  var answerID: Range<Int> {
    #if MUTANTS
    let digits = line[envelope.id].dropFirst().dropLast()
    if Mutant.isActive(.idTypeLost), id.first == UInt8(ascii: "\""),
      !digits.isEmpty, digits.allSatisfy({ (0x31...0x39).contains($0) })
    {
      return digits.startIndex..<digits.endIndex
    }
    #endif
    return envelope.id
  }
}
