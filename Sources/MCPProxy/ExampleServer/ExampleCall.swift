import MCPProtocol

/// One `tools/call` as the example server received it.
struct ExampleCall {
  /// Exactly as it came.
  let id: [UInt8]
  let arrival: Instant
  let revision: ExampleRevision
  private let message: JSONDocument

  init(_ id: [UInt8], _ message: JSONDocument, _ revision: ExampleRevision, _ arrival: Instant) {
    self.id = id
    self.message = message
    self.revision = revision
    self.arrival = arrival
  }

  var name: String? { message.root["params"]?["name"]?.string }

  private var arguments: JSONNode? { message.root["params"]?["arguments"] }

  var hasValidArguments: Bool { arguments == nil || arguments?.members != nil }

  /// The arguments as they came; `{}` if there are none.
  var argumentsText: ArraySlice<UInt8> {
    arguments?.text(in: message.bytes) ?? Array("{}".utf8)[...]
  }

  /// As it came: a string or an integer.
  var progressToken: [UInt8]? {
    message.root["params"]?["_meta"]?["progressToken"].map { Array($0.text(in: message.bytes)) }
  }

  func string(_ name: String) throws(ArgumentError) -> String {
    guard let value = arguments?[name]?.string else {
      throw ArgumentError(message: "\(name) must be a string")
    }
    return value
  }

  /// An integer written as one: `1.0` is refused, since the sum of such is not exact.
  func integer(_ name: String) throws(ArgumentError) -> Int128 {
    guard let value = arguments?[name], value.isNumber,
      let integer = Int128(String(decoding: value.text(in: message.bytes), as: UTF8.self))
    else { throw ArgumentError(message: "\(name) must be an integer of at most 38 digits") }
    return integer
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(ArgumentError) -> Int {
    guard let value = Int(exactly: try integer(name)), range.contains(value) else {
      throw ArgumentError(
        message: "\(name) must be from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return value
  }

  /// Something the model can correct; told in the tool's result (MCP 2025-11-25, tools).
  struct ArgumentError: Error {
    let message: String
  }
}
