/// Takes the example server's arguments one after the other and converts them.
struct ExampleArguments {
  private var rest: ArraySlice<String>

  init(_ arguments: some Sequence<String>) { self.rest = Array(arguments)[...] }

  mutating func next() -> String? { rest.popFirst() }

  mutating func value(of option: String) throws(ExampleUsageError) -> String {
    guard let value = rest.popFirst() else {
      throw ExampleUsageError(message: "\(option) needs a value")
    }
    return value
  }

  mutating func number<Number: FixedWidthInteger>(
    of option: String,
    in range: ClosedRange<Number>
  ) throws(ExampleUsageError) -> Number {
    try number(try value(of: option), of: option, in: range)
  }

  /// An hour at most: more is a slip.
  mutating func milliseconds(of option: String) throws(ExampleUsageError) -> TimeSpan {
    .milliseconds(try number(of: option, in: 0...3_600_000))
  }

  mutating func tool(of option: String) throws(ExampleUsageError) -> ExampleTool {
    try tool(try value(of: option), of: option)
  }

  /// `TOOL` or `TOOL:NUMBER`.
  mutating func tool(
    of option: String,
    numberIn range: ClosedRange<Int>
  ) throws(ExampleUsageError) -> (ExampleTool, Int?) {
    let text = try value(of: option)
    guard let colon = text.firstIndex(of: ":") else { return (try tool(text, of: option), nil) }
    let count = try number(String(text[text.index(after: colon)...]), of: option, in: range)
    return (try tool(String(text[..<colon]), of: option), count)
  }

  /// Names with commas between them.
  mutating func tools(of option: String) throws(ExampleUsageError) -> [ExampleTool] {
    var tools: [ExampleTool] = []
    for name in try value(of: option).split(separator: ",") {
      tools.append(try tool(String(name), of: option))
    }
    return tools
  }

  private func tool(_ name: String, of option: String) throws(ExampleUsageError) -> ExampleTool {
    guard let tool = ExampleTool(rawValue: name) else {
      throw ExampleUsageError(message: "\(option): no tool \(name)")
    }
    return tool
  }

  private func number<Number: FixedWidthInteger>(
    _ text: String,
    of option: String,
    in range: ClosedRange<Number>
  ) throws(ExampleUsageError) -> Number {
    guard let value = Number(text), range.contains(value) else {
      throw ExampleUsageError(
        message:
          "\(option): \(text) is no number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return value
  }
}
