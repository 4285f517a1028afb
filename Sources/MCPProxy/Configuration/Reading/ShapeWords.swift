import MCPProtocol

extension ConfigurationShape {
  /// How messages name the shape.
  var words: String {
    switch self {
    case .flag: "true or false"
    case .off: "false"
    case .scalar, .text: "a text"
    case .texts(true, _): "a text or a list of texts"
    case .texts: "a list of texts"
    case .count: "a whole number"
    case .number: "a number"
    case .duration: "a duration such as \"30s\""
    case .size: "a size such as \"16MB\""
    case .rate: "a rate such as \"60/min\""
    case .choice(let words):
      "one of " + words.compactMap(\.first).map { "\"\($0)\"" }.joined(separator: ", ")
    case .section, .map: "an object"
    case .anything: "anything"
    }
  }
}

extension JSONNode {
  /// How messages name the kind of value.
  var words: String {
    switch kind {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension Units {
  /// A span in its largest whole unit.
  static func words(milliseconds: Double) -> String {
    for (scale, unit) in [(86_400_000.0, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
    where milliseconds >= scale && milliseconds.truncatingRemainder(dividingBy: scale) == 0 {
      return "\(Int(milliseconds / scale))\(unit)"
    }
    return "\(Int(milliseconds))ms"
  }
}
