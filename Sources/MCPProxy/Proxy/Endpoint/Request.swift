package import MCPProtocol

/// A client's request as an endpoint passes it on: its bytes, and where what is replaced stands.
package struct Request: Sendable {
  /// The message, from the first byte on; behind it may be more of what was read.
  package let line: [UInt8]
  /// How many bytes of `line` are the message.
  package let length: Int
  package let id: Range<Int>
  package let name: Range<Int>
  package let progressToken: Range<Int>
  /// Whether its arguments are an object, or there are none (MCP 2025-11-25, schema).
  package let hasArguments: Bool

  package init(_ line: [UInt8], length: Int, _ envelope: borrowing Envelope) {
    self.line = line
    self.length = length
    id = envelope.id
    name = envelope.name
    progressToken = envelope.progressToken
    let arguments = envelope.arguments
    hasArguments = arguments.isEmpty || line[arguments.lowerBound] == UInt8(ascii: "{")
  }

  /// The name of the tool that is called; nil: it is no string.
  package var toolName: String? {
    guard !name.isEmpty, line[name.lowerBound] == UInt8(ascii: "\"") else { return nil }
    return JSONDocument.decodeString(line, name)
  }

  /// The message under the id, the tool's name and the progress token that the endpoint is given.
  func outgoing(_ id: Int, _ tool: ToolReference) -> Outgoing {
    var splice = Splice()
    splice.replace(self.id, with: .integer(id))
    splice.replace(name, with: .bytes(tool.token))
    if !progressToken.isEmpty { splice.replace(progressToken, with: .integer(id)) }
    return Outgoing(splice, line, length, .call(id, tool))
  }

  /// Where the id stands that the answer carries: the very bytes, so that "1" and 1 stay apart.
  var answerID: Range<Int> {
    #if MUTANTS
    let digits = line[id].dropFirst().dropLast()
    if Mutant.isActive(.idTypeLost), line[id].first == UInt8(ascii: "\""),
      !digits.isEmpty, digits.allSatisfy({ (0x31...0x39).contains($0) })
    {
      return digits.startIndex..<digits.endIndex
    }
    #endif
    return id
  }
}
