import MCPProtocol

/// The tools of the example server, in the order they are listed.
package enum ExampleTool: String, CaseIterable, Sendable {
  case echo
  case add
  case writeNote = "write_note"
  case slow
  case fail
  case crash
  case hang
  case big
  case ask
  case log
  case price
  case changeTools = "change_tools"
  /// Listed while `change_tools` has switched it on.
  case extra

  /// Those there at the start.
  package static let offered = allCases.filter { $0 != .extra }

  var summary: String {
    switch self {
    case .echo: "Answers with the text it is given."
    case .add: "Adds two integers exactly."
    case .writeNote: "Writes a note down. Calling it twice writes two notes."
    case .slow: "Answers after so many milliseconds and reports progress meanwhile."
    case .fail: "Answers with an error of the tool's own."
    case .crash: "Ends the server without an answer."
    case .hang: "Never answers."
    case .big: "Answers with a text of so many bytes."
    case .ask: "Asks the client something and answers with what it said."
    case .log: "Sends a log message to the client."
    case .price: "Answers and says what that cost."
    case .changeTools: "Adds the tool extra, or removes it, and tells the client."
    case .extra: "Answers with the text it is given; there only after change_tools."
    }
  }

  /// Whether a repeat does no harm, and so what the annotations say.
  var isReadOnly: Bool {
    switch self {
    case .echo, .add, .slow, .big, .price, .extra: true
    case .writeNote, .fail, .crash, .hang, .ask, .log, .changeTools: false
    }
  }

  /// Names and JSON Schemas of the arguments, all of which are required.
  private var arguments: [(name: String, schema: String)] {
    switch self {
    case .echo, .writeNote, .extra: [("text", #"{"type":"string"}"#)]
    case .add: [("a", #"{"type":"integer"}"#), ("b", #"{"type":"integer"}"#)]
    case .slow: [("ms", #"{"type":"integer","minimum":0,"maximum":3600000}"#)]
    case .fail: [("message", #"{"type":"string"}"#)]
    case .big: [("bytes", #"{"type":"integer","minimum":0,"maximum":1073741824}"#)]
    case .ask:
      [("kind", #"{"type":"string","enum":["sampling","elicitation","roots"]}"#)]
    case .log:
      [
        ("level", #"{"type":"string","enum":["\#(Self.levels.joined(separator: #"",""#))"]}"#),
        ("message", #"{"type":"string"}"#),
      ]
    case .crash, .hang, .price, .changeTools: []
    }
  }

  /// The levels of `logging/setLevel`, the least important first (RFC 5424).
  static let levels = [
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
  ]

  /// Appends the tool as an element of `tools/list`, with what the revision knows.
  func list(into writer: inout JSONWriter, _ revision: ExampleRevision) {
    writer.beginObject()
    writer.key("name")
    writer.string(rawValue)
    writer.key("description")
    writer.string(summary)
    writer.key("inputSchema")
    writer.beginObject()
    writer.key("type")
    writer.string("object")
    writer.key("properties")
    writer.beginObject()
    for argument in arguments {
      writer.key(argument.name)
      writer.raw(Array(argument.schema.utf8)[...])
    }
    writer.endObject()
    if !arguments.isEmpty {
      writer.key("required")
      writer.beginArray()
      for argument in arguments { writer.string(argument.name) }
      writer.endArray()
    }
    writer.endObject()
    if self == .add, revision >= .june2025 {
      writer.key("outputSchema")
      let schema = #"{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]}"#
      writer.raw(Array(schema.utf8)[...])
    }
    if isReadOnly, revision >= .march2025 {
      writer.key("annotations")
      writer.raw(Array(#"{"readOnlyHint":true,"openWorldHint":false}"#.utf8)[...])
    }
    writer.endObject()
  }
}

/// The protocol revisions of the handshake era, oldest first.
package enum ExampleRevision: String, CaseIterable, Comparable, Sendable {
  case november2024 = "2024-11-05"
  case march2025 = "2025-03-26"
  case june2025 = "2025-06-18"
  case november2025 = "2025-11-25"

  /// Dates of this form sort as text.
  package static func < (left: ExampleRevision, right: ExampleRevision) -> Bool {
    left.rawValue < right.rawValue
  }
}
